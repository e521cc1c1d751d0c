#pragma once
#include "base/config.h"
#include "people/link.h"
#include "people/sign_in.h"
#include "unit/test.h"

/* What the tests of people/ share: a newsroom's store, keys and door, without a server. */
#define NOON (INT64_C(1525435200) * SECOND) /* 2018-05-04 12:00 UTC */

struct office {
    struct arena a;
    struct app app;
    struct config *config;
    int64_t now;
};
void office_open(struct office *o);
void office_close(struct office *o);

/* Runs work in a transaction of its own, with `arg`. */
err office_write(struct office *o, tx_work *work, void *arg);
/* A person with this password, or with none when it is empty. */
int64_t office_person(struct office *o, const char *name, const char *email, enum role role,
                      const char *password);
struct person office_get(struct office *o, int64_t id);
/* A session for the person; its token. */
struct str office_session(struct office *o, int64_t person);
/* Whose session it is now: OK or SESSION_NONE. */
err office_find(struct office *o, struct str token, struct person *ret);
struct str office_link(struct office *o, int64_t person);
/* Turns the second step on; returns the secret and the recovery codes. */
struct str office_totp(struct office *o, int64_t person, struct recovery_codes *ret);
struct str office_code(struct office *o, struct str secret, int64_t steps_from_now);
/* Who knocks: a client of that name. */
struct knock office_knock(struct office *o, const char *client);
/* How often the audit log has this action. */
int64_t office_audited(struct office *o, const char *action);
