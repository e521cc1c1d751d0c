#pragma once
#include "cli.h"

/* The command about watched wallets (funding/wallet_cli.h). */
extern const struct option wallet_addresses_options[5];
int wallet_addresses_run(struct call *c);
