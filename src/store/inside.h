#pragma once
#include "store/db.h"
#include "store/folder.h"

#include <pthread.h>

/* What is behind `struct store`. Only the files of this room look inside. */
enum { READERS_MAX = 64 };

struct pool {
    pthread_mutex_t lock;
    pthread_cond_t given_back;
    struct db *idle[READERS_MAX]; /* the last given back is the next given out: its cache is warm */
    int idle_count, opened, most;
};

struct store {
    struct arena own;
    struct folder folder;
    struct db *writer;
    pthread_mutex_t writing;
    struct pool pool;
    struct db_options reader;
    store_hook *hook;
    void *hook_arg;
};
