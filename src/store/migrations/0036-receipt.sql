-- Receipts by mail to givers who left an address (src/funding/gift_receipt.h): a row for each gift that
-- arrived from somebody known. `at` is when it fell due, or was ordered last; `mails` how often.
create table gift_receipt (
    contribution integer primary key references contribution (id),
    state text not null check (state in ('due', 'ordered', 'none')),
    at integer not null,
    mails integer not null check (mails >= 0)
) strict;
create index gift_receipt_due on gift_receipt (contribution) where state = 'due';
