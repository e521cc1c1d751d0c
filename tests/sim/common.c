#include "sim/sim.h"

const char *const sim_channels[SIM_CHANNELS] = { "stripe", "kofi", "bank", "bitcoin", "ethereum" };
const struct asset sim_assets[SIM_ASSETS] = { { "USD" }, { "EUR" }, { "JPY" },
                                              { "KWD" }, { "BTC" }, { "ETH" } };
const int sim_decimals[SIM_ASSETS] = { 2, 2, 0, 3, 8, 18 };

const char *const sim_op_names[OP_KINDS] = { "events",     "rates",    "gifts by hand", "settled",
                                             "taken back", "reversed", "valued",        "frozen",
                                             "freed",      "matched",  "erased" };

int sim_asset_of(struct str code)
{
    for (int i = 0; i < SIM_ASSETS; i++)
        if (str_eq(code, str_from_z(sim_assets[i].code)))
            return i;
    return -1;
}

int sim_channel_of(struct str name)
{
    for (int i = 0; i < SIM_CHANNELS; i++)
        if (str_eq(name, str_from_z(sim_channels[i])))
            return i;
    return -1;
}

enum ledger_source sim_source_of(int channel)
{
    return channel >= 3 ? LEDGER_BY_CHAIN : LEDGER_BY_PROVIDER;
}

/* SplitMix64. */
uint64_t dice_next(struct dice *d)
{
    uint64_t z = (d->state += UINT64_C(0x9e3779b97f4a7c15));
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

int dice_below(struct dice *d, int n)
{
    return (int)(dice_next(d) % (uint64_t)n);
}

bool dice_chance(struct dice *d, int percent)
{
    return dice_below(d, 100) < percent;
}
