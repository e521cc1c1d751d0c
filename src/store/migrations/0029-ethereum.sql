-- How far the watchers of Ethereum have come (src/funding/ethereum_state.h). One row for each network
-- that a channel has watched.
create table ethereum_watch (
    id integer primary key,
    channel text not null,
    chain integer not null check (chain > 0),
    unique (channel, chain)
) strict;

-- The last blocks that were looked at: final ones, and behind them those that may still change.
create table ethereum_block (
    watch integer not null references ethereum_watch (id),
    number integer not null check (number >= 0),
    hash blob not null check (length(hash) = 32),
    at integer not null,
    final integer not null check (final in (0, 1)),
    primary key (watch, number)
) strict;

-- What an address held after a block, and what transactions have moved since, in wei.
create table ethereum_balance (
    watch integer not null references ethereum_watch (id),
    address integer not null references wallet_address (id),
    number integer not null check (number >= 0),
    balance text not null,
    flow text not null,
    primary key (watch, address)
) strict;
create index ethereum_balance_number on ethereum_balance (watch, number, address);

-- Gifts of blocks that may still change, and where they were seen last.
create table ethereum_pending (
    watch integer not null references ethereum_watch (id),
    object text not null,
    number integer not null,
    primary key (watch, object)
) strict;
create index ethereum_pending_number on ethereum_pending (watch, number);
