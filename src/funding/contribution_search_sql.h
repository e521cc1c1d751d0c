#pragma once

/* The search's statements: here, so that its test can ask how each of them is run. */

/* A row of the walk: who it is, and whether all holds that was asked for. */
#define SEARCH_ROWS                                                                                \
    "select id, day, ($5 = '' or channel = $5) and case when $6 = '' then 1 = 1"                   \
    " when $6 = 'frozen' then frozen = 1"                                                          \
    " when $6 = 'refunded' then out_minor > 0 or out_fine > 0"                                     \
    " when $6 = 'unvalued' then state = 'settled' and value_asset is null and exists"              \
    " (select 1 from goal where dropped = 0 and first_day <= day and end_day > day"                \
    " and currency <> asset) else state = $6 end"                                                  \
    " and ($7 = '' or (asset = $7 and minor = $8 and fine = $9))"                                  \
    " and ($10 = '' or exists (select 1 from giver where giver.id = contribution.giver"            \
    " and (lower(email) = lower($10) or (lower(name) >= lower($10) and lower(name) < $11))))"      \
    " from contribution where "
#define SEARCH_PIECE "(day, id) < ($1, $2) and day >= $3 order by day desc, id desc limit $4"

#define SEARCH_BY_DAY     SEARCH_ROWS SEARCH_PIECE
#define SEARCH_BY_CHANNEL SEARCH_ROWS "channel = $5 and " SEARCH_PIECE
#define SEARCH_BY_STATE   SEARCH_ROWS "state = $6 and state <> 'settled' and " SEARCH_PIECE
#define SEARCH_BY_FROZEN  SEARCH_ROWS "frozen = 1 and " SEARCH_PIECE
#define SEARCH_BY_OUT     SEARCH_ROWS "(out_minor > 0 or out_fine > 0) and " SEARCH_PIECE
#define SEARCH_BY_AMOUNT  SEARCH_ROWS "asset = $7 and minor = $8 and fine = $9 and " SEARCH_PIECE

#define SEARCH_GIVERS(low, high)                                                                   \
    "select id from giver where email <> '' and lower(email) = lower(" low ")"                     \
    " union select id from giver where name <> '' and lower(name) >= lower(" low                   \
    ") and lower(name) < " high
#define SEARCH_BY_GIVER                                                                            \
    SEARCH_ROWS "giver is not null and giver in (" SEARCH_GIVERS("$10", "$11") ") "                \
                                                                               "and " SEARCH_PIECE
#define SEARCH_COUNT_GIVERS                                                                        \
    "select count(*) from (select id from (select id from giver where email <> ''"                 \
    " and lower(email) = lower($1) limit $3) e union all select id from (select id from giver"     \
    " where name <> '' and lower(name) >= lower($1) and lower(name) < $2 limit $3) n) g"

#define SEARCH_REFERENCES                                                                          \
    "select contribution from (select contribution from ledger_transaction"                        \
    " where reference <> '' and reference >= $12 and reference < $13 limit $14) t"                 \
    " union select contribution from (select contribution from payment_event"                      \
    " where object >= $12 and object < $13 limit $14) o"                                           \
    " union select id from (select id from contribution where reference is not null"               \
    " and reference >= $12 and reference < $13 limit $14) r"
#define SEARCH_BY_REFERENCE SEARCH_ROWS "id in (" SEARCH_REFERENCES ") and " SEARCH_PIECE
#define SEARCH_COUNT_REFERENCES                                                                    \
    "select count(*) from (select id from (select id from ledger_transaction"                      \
    " where reference <> '' and reference >= $1 and reference < $2 limit $3) t"                    \
    " union all select id from (select id from payment_event"                                      \
    " where object >= $1 and object < $2 limit $3) o"                                              \
    " union all select id from (select id from contribution where reference is not null"           \
    " and reference >= $1 and reference < $2 limit $3) r) c"
