#include "base/file.h"
#include "funding/funding_cli.h"
#include "unit/fault_sweep.h"
#include "unit/funding.h"
#include "unit/test.h"

#include <unistd.h>

/* Without these a treasurer at the command line could enter another gift than the one meant. */

static bool says(struct str text, const char *part)
{
    size_t at = 0;
    return str_find(text, str_from_z(part), &at);
}

TEST(funding_cli_sets_goals_and_says_what_was_set_or_why_not)
{
    struct fund f = fund_start();
    struct str say = { 0 };
    struct goal_set_args args = { .currency = S("USD"),
                                  .amount = S("5000"),
                                  .period = S("2018-05") };
    expect(funding_goal_set(f.store, &args, f.now, &f.arena, &say) == OK);
    expect_str(say, S("goal 1: 5000.00 USD for 2018-05"));
    args.period = S("2018-05-31..2018-06-02");
    expect(funding_goal_set(f.store, &args, f.now, &f.arena, &say) == FUNDING_REFUSED);
    expect(says(say, "another goal"));
    args.period = S("May");
    expect(funding_goal_set(f.store, &args, f.now, &f.arena, &say) == FUNDING_REFUSED);
    expect(says(say, "YYYY-MM"));
    args.amount = S("5,000");
    expect(funding_goal_set(f.store, &args, f.now, &f.arena, &say) == FUNDING_REFUSED);
    expect(says(say, "amount"));
    args.currency = S("BTC");
    expect(funding_goal_set(f.store, &args, f.now, &f.arena, &say) == FUNDING_REFUSED);
    expect(says(say, "ISO 4217"));
    fund_end(&f);
}

static struct contribution_add_args gift(void)
{
    return (struct contribution_add_args){
        .channel = S("bank"), .amount = S("25.00"), .currency = S("USD"), .date = S("2018-05-03")
    };
}

TEST(funding_cli_adds_settles_and_reverses_contributions)
{
    struct fund f = fund_start();
    struct str say = { 0 };
    struct contribution_add_args args = gift();
    expect(funding_contribution_add(f.store, NULL, &args, f.now, &f.arena, &say) == OK);
    expect_str(say, S("contribution 1: 25.00 USD by bank, 2018-05-03"));
    args.pending = true;
    expect(funding_contribution_add(f.store, NULL, &args, f.now, &f.arena, &say) == OK);
    expect_str(say, S("contribution 2: 25.00 USD by bank, 2018-05-03, pending"));
    expect(funding_contribution_settle(f.store, S("2"), f.now, &f.arena, &say) == OK);
    expect(funding_contribution_settle(f.store, S("2"), f.now, &f.arena, &say) == FUNDING_REFUSED);
    expect(funding_contribution_reverse(f.store, S("1"), S("typing error"), f.now, &f.arena,
                                        &say) == OK);
    expect(funding_contribution_reverse(f.store, S("1"), S(""), f.now, &f.arena, &say) ==
           FUNDING_REFUSED);
    expect(says(say, "reversed already"));
    expect(funding_contribution_reverse(f.store, S("x"), S(""), f.now, &f.arena, &say) ==
           FUNDING_REFUSED);
    expect(funding_contribution_reverse(f.store, S(""), S(""), f.now, &f.arena, &say) ==
           FUNDING_REFUSED);
    fund_expect_sound(&f);
    fund_end(&f);
}

/* ---- each statement fails */

struct deed {
    struct fund *f;
    const char *what;
    struct str say;
};

static err do_deed(void *arg)
{
    struct deed *d = arg;
    struct fund *f = d->f;
    struct goal_set_args goal = { .currency = S("USD"), .amount = S("50"), .period = S("2018-05") };
    struct contribution_add_args args = gift();
    args.pending = true;
    switch (d->what[0]) {
    case 'g': return funding_goal_set(f->store, &goal, f->now, &f->arena, &d->say);
    case 'a': return funding_contribution_add(f->store, NULL, &args, f->now, &f->arena, &d->say);
    case 's': return funding_contribution_settle(f->store, S("1"), f->now, &f->arena, &d->say);
    default:
        return funding_contribution_reverse(f->store, S("1"), S("typing error"), f->now, &f->arena,
                                            &d->say);
    }
}

TEST_AND_FAULTS(funding_cli_says_what_was_done_only_when_it_was)
{
    static const char *const deeds[] = { "goal", "add", "settle", "reverse" };
    static const char *const says_so[] = { "goal 1: 50.00 USD", "contribution 1: 25.00 USD",
                                           "is settled", "is reversed" };
    struct fund f = fund_start();
    for (size_t i = 0; i < COUNT(deeds); i++) {
        struct deed d = { .f = &f, .what = deeds[i] };
        expect(fault_each(do_deed, &d) == OK && says(d.say, says_so[i]));
        fund_expect_sound(&f);
    }
    struct str say = { 0 };
    expect(funding_contribution_settle(f.store, S("x"), f.now, &f.arena, &say) == FUNDING_REFUSED);
    expect(says(say, "by its number"));
    fund_end(&f);
}

TEST(funding_cli_refuses_what_it_cannot_read_and_writes_nothing)
{
    struct fund f = fund_start();
    static const struct {
        struct contribution_add_args args;
        const char *part;
    } wrong[] = {
        { { { "cash", 4 },
            { "1", 1 },
            { "USD", 3 },
            { "2018-05-03", 10 },
            { 0 },
            { 0 },
            false,
            NULL,
            NULL },
          "channel" },
        { { { "bank", 4 },
            { "-1", 2 },
            { "USD", 3 },
            { "2018-05-03", 10 },
            { 0 },
            { 0 },
            false,
            NULL,
            NULL },
          "amount" },
        { { { "bank", 4 },
            { "1.005", 5 },
            { "USD", 3 },
            { "2018-05-03", 10 },
            { 0 },
            { 0 },
            false,
            NULL,
            NULL },
          "amount" },
        { { { "bank", 4 },
            { "0", 1 },
            { "USD", 3 },
            { "2018-05-03", 10 },
            { 0 },
            { 0 },
            false,
            NULL,
            NULL },
          "above zero" },
        { { { "bank", 4 },
            { "1", 1 },
            { "usd", 3 },
            { "2018-05-03", 10 },
            { 0 },
            { 0 },
            false,
            NULL,
            NULL },
          "currency" },
        { { { "bank", 4 },
            { "1", 1 },
            { "USD", 3 },
            { "3.5.2018", 8 },
            { 0 },
            { 0 },
            false,
            NULL,
            NULL },
          "date" },
        { { { "bank", 4 },
            { "1", 1 },
            { "USD", 3 },
            { "2019-05-03", 10 },
            { 0 },
            { 0 },
            false,
            NULL,
            NULL },
          "future" },
    };
    for (size_t i = 0; i < COUNT(wrong); i++) {
        struct str say = { 0 };
        expect(funding_contribution_add(f.store, NULL, &wrong[i].args, f.now, &f.arena, &say) ==
               FUNDING_REFUSED);
        expect(says(say, wrong[i].part));
    }
    expect(says(fund_csv(&f), "chain_v1\r\n") && fund_csv(&f).n < 120);
    fund_end(&f);
}

TEST(funding_cli_verifies_a_file_and_names_the_line_that_is_wrong)
{
    struct fund f = fund_start();
    struct str say = { 0 };
    char path[] = "/tmp/diurnal-ledger-XXXXXX";
    int fd = mkstemp(path);
    expect(fd >= 0 && close(fd) == 0);
    fund_add(&f, "bank", "25.00 USD", "2018-05-03");
    fund_promise(&f, "bitcoin", "0.5 BTC", "2018-05-03");
    struct str csv = str_copy(&f.arena, fund_csv(&f));
    expect(file_write(path, csv, 0600, &f.arena) == OK);
    expect(funding_ledger_verify(&(struct ledger_files){ .ledger = path }, &f.arena, &say) == OK);
    expect(says(say, "income bank hand: -25.00 USD\n"));
    expect(says(say, "receivable bitcoin hand: 0.50000000 BTC\n"));
    expect(says(say, "good: 4 entries in 2 transactions, head "));
    expect(file_write(path, str_sub(csv, 0, csv.n - 1), 0600, &f.arena) == OK);
    expect(funding_ledger_verify(&(struct ledger_files){ .ledger = path }, &f.arena, &say) ==
           FUNDING_REFUSED);
    expect_str(say, S("line 5: the file ends within a row"));
    expect(unlink(path) == 0);
    expect(funding_ledger_verify(&(struct ledger_files){ .ledger = path }, &f.arena, &say) ==
           FUNDING_REFUSED);
    expect_str(say, S("the file cannot be opened or read"));
    expect(funding_ledger_verify(&(struct ledger_files){ .ledger = "/" }, &f.arena, &say) ==
           FUNDING_REFUSED);
    fund_end(&f);
}

TEST(funding_cli_says_which_of_the_files_kept_cannot_be_used)
{
    static const char *const unusable[] = { "/", "/nothing/at/all", "" };
    struct fund f = fund_start();
    struct str say = { 0 };
    char path[] = "/tmp/diurnal-unit-XXXXXX";
    int fd = mkstemp(path);
    expect(fd >= 0 && close(fd) == 0);
    fund_add(&f, "bank", "5.00 USD", "2018-05-03");
    expect(file_write(path, fund_csv(&f), 0600, &f.arena) == OK);
    for (size_t i = 0; i < COUNT(unusable); i++) {
        struct ledger_files files = { .ledger = path, .heads = unusable[i] };
        expect(funding_ledger_verify(&files, &f.arena, &say) == FUNDING_REFUSED);
        expect(says(say, "the file of heads"));
        files = (struct ledger_files){ .ledger = path, .statement = unusable[i] };
        expect(funding_ledger_verify(&files, &f.arena, &say) == FUNDING_REFUSED);
        expect(says(say, "the statement"));
        files = (struct ledger_files){ .ledger = path, .proofs = unusable[i] };
        expect(funding_ledger_verify(&files, &f.arena, &say) == FUNDING_REFUSED);
        expect(says(say, "the file of proofs"));
    }
    struct ledger_files files = { .ledger = path, .heads = path }; // a ledger is no heads
    expect(funding_ledger_verify(&files, &f.arena, &say) == FUNDING_REFUSED);
    files = (struct ledger_files){ .ledger = path, .proofs = path };
    expect(funding_ledger_verify(&files, &f.arena, &say) == FUNDING_REFUSED);
    expect(says(say, "proofs, line 1"));
    expect(unlink(path) == 0);
    fund_end(&f);
}
