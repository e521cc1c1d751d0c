-- Payments to addresses of ours that a node has seen and no block holds yet (src/funding/mempool.h): shown
-- apart, in no sum and not in the ledger; gone when they are mined, replaced or forgotten by the node.
create table wallet_unconfirmed (
    channel text not null,
    object text not null,
    asset text not null,
    value integer not null check (value > 0),
    seen_at integer not null,
    primary key (channel, object)
) strict;
