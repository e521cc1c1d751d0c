#include "wallet_commands.h"
#include "funding/wallet_cli.h"

const struct option wallet_addresses_options[5] = {
    { "coin", "bitcoin", "or bitcoincash, ethereum", true },
    { "key", "TEXT", "a descriptor, an account's public key (zpub, ypub, xpub), or an address",
      true },
    { "network", "main", "or test, regtest, regtest-bcoin; main unless given", false },
    { "first", "N", "the first address's number; 0 unless given", false },
    { "count", "N", "how many; 10 unless given", false },
};

int wallet_addresses_run(struct call *c)
{
    struct wallet_addresses_args args = { .coin = call_option(c, "coin"),
                                          .key = call_option(c, "key"),
                                          .network = call_option(c, "network"),
                                          .first = call_option(c, "first"),
                                          .count = call_option(c, "count") };
    struct str say = { 0 };
    err e = wallet_addresses(&args, c->arena, &say);
    if (e < 0)
        return call_refuse(c, "it failed; the log says why");
    if (e)
        return call_refuse(c, STR_FMT, STR_ARG(say));
    call_say(c, STR_FMT, STR_ARG(say));
    return EXIT_DONE;
}
