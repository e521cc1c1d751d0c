-- Addresses of wallets that were handed out (src/funding/wallet_address.h), and what proves payments to
-- them (src/funding/wallet_proof.h).
create table wallet_address (
    id integer primary key,
    channel text not null,
    plan text not null,
    number integer not null check (number between 0 and 2147483647),
    address text not null,
    script blob not null check (length(script) between 1 and 80),
    purpose integer not null check (purpose between 0 and 4),
    period text not null,
    handed_at integer not null,
    paid_at integer not null default 0,
    unique (channel, address)
) strict;
create index wallet_address_of on wallet_address (channel, plan, purpose, period, id);
create index wallet_address_number on wallet_address (channel, plan, number);

-- A transaction without witnesses, the header of its block and the branch between them, of each payment
-- on a chain of Bitcoin's family. A payment that was mined again has a row for each block.
create table wallet_proof (
    id integer primary key,
    channel text not null,
    object text not null,
    height integer not null,
    block blob not null check (length(block) = 32),
    header blob not null check (length(header) = 80),
    position integer not null,
    branch blob not null check (length(branch) % 32 = 0),
    body blob not null,
    unique (channel, object, block)
) strict;
