#pragma once
#include "base/arena.h"
#include "funding/channel.h"

/* What channel.c and channel_config.c share. The arena holds the struct and all its texts. */
struct channels {
    struct arena arena;
    struct channel list[CHANNELS_MAX];
    size_t count;
};
