-- What the watchers of Bitcoin's family know (src/funding/bitcoin_state.h): how far they have looked, the
-- latest blocks, and every payment to an address of ours with the block it is in.
create table wallet_watch (
    id integer primary key,
    channel text not null unique,
    network text not null,
    height integer not null default -1,
    tip integer not null default -1
) strict;
create table wallet_block (
    channel text not null,
    height integer not null check (height >= 0),
    hash blob not null check (length(hash) = 32),
    bits integer not null,
    primary key (channel, height)
) strict;
-- `height` is -1 while it is in no block. `told`: bit 0 as pending, bit 1 as received, bit 2 as failed.
create table wallet_output (
    id integer primary key,
    channel text not null,
    object text not null,
    address integer not null references wallet_address (id),
    value integer not null check (value > 0),
    coinbase integer not null check (coinbase in (0, 1)),
    height integer not null check (height >= -1),
    block blob check (block is null or length(block) = 32),
    time integer not null,
    day integer not null,
    settled integer not null default 0 check (settled in (0, 1)),
    told integer not null default 0,
    reversals integer not null default 0,
    reversal text not null default '',
    seen_at integer not null,
    unique (channel, object)
) strict;
create index wallet_output_height on wallet_output (channel, height);
create index wallet_output_open on wallet_output (channel, height) where settled = 0;
create index wallet_output_address on wallet_output (address);
