#pragma once
/* For SQL: the givers with the address of giver $1, in any case of its letters, and that one. */
#define GIVER_SAME                                                                                 \
    " (select $1 union select g.id from giver me join giver g on g.email <> ''"                    \
    " and lower(g.email) = lower(me.email) where me.id = $1 and me.email <> '')"
