#include "store/db.h"
#include "store/job.h"
#include "unit/store_help.h"

/* Without these a statement could read or write something other than what its caller meant. */

QUERY(echo_values, "select $3, $1, $2, $4");
QUERY(echo_pair, "select $1, $2");
QUERY(overflowing_sum,
      "select sum(v) from (select 9223372036854775807 as v union all select 1 as v)");
QUERY(insert_without_kind, "insert into job (kind, subject, run_at) values ($1, 1, 1)");
QUERY(all_subjects, "select subject from job order by subject");
QUERY(insert_returning, "insert into job (kind, subject, run_at) values ('r', $1, 1) returning id");
QUERY(delay_all, "update job set run_at = run_at + 1");

static err promise_two(struct tx *tx, void *arg)
{
    const int *answer = arg;
    err e = job_add(tx, S("mail"), 1, 10);
    if (!e)
        e = job_add(tx, S("mail"), 2, 10);
    return e ? e : *answer;
}

TEST(store_keeps_what_work_wrote_and_undoes_a_refusal_whole)
{
    struct bed b = bed_in_memory();
    int refusal = 3;
    expect(store_write(b.s, promise_two, &refusal) == 3);
    expect(jobs_of(b.s, S("mail")) == 0);
    int fault = ERR_LIMIT;
    expect(store_write(b.s, promise_two, &fault) == ERR_LIMIT);
    expect(jobs_of(b.s, S("mail")) == 0);
    int fine = 0;
    expect(store_write(b.s, promise_two, &fine) == OK);
    expect(jobs_of(b.s, S("mail")) == 2);
    bed_remove(&b);
}

TEST(store_values_come_back_as_they_were_bound)
{
    struct bed b = bed_in_memory();
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(b.s, &tx) == OK);
    struct stmt *q = query_start(&tx, &echo_values);
    bind_int(q, 1, INT64_MIN);
    bind_str(q, 2, (struct str){ "a\0b", 3 });
    bind_str(q, 3, (struct str){ 0 });
    bind_null(q, 4);
    expect(query_step(q, &row) == OK && row);
    expect(!column_null(q, 0)); /* empty text is not null */
    expect_str(column_str(q, 0, &b.a), S(""));
    expect(column_int(q, 1) == INT64_MIN);
    expect_str(column_str(q, 2, &b.a), ((struct str){ "a\0b", 3 }));
    expect(column_null(q, 3));
    expect(query_step(q, &row) == OK && !row);

    tx_end(&tx);
    bed_remove(&b);
}

TEST(store_blobs_come_back_as_they_were_bound)
{
    struct bed b = bed_in_memory();
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(b.s, &tx) == OK);
    struct stmt *q = query_start(&tx, &echo_pair);
    bind_blob(q, 1, (struct str){ "\xff\x00\x80", 3 });
    bind_blob(q, 2, (struct str){ 0 });
    expect(query_step(q, &row) == OK && row);
    expect_str(column_str(q, 0, &b.a), ((struct str){ "\xff\x00\x80", 3 }));
    expect(!column_null(q, 1));
    query_end(q);
    query_end(q); /* harmless */
    tx_end(&tx);
    bed_remove(&b);
}

static err read_own_writes(struct tx *tx, void *arg)
{
    int64_t *seen = arg;
    bool row = true;
    err e = job_add(tx, S("mail"), 5, 10);
    struct stmt *q = query_start(tx, &all_subjects);
    while (!e && row) {
        e = query_step(q, &row);
        *seen += row ? column_int(q, 0) : 0;
    }
    return e;
}

TEST(store_work_reads_its_own_writes_and_a_snapshot_does_not_see_them)
{
    struct bed b = bed_in_memory();
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(b.s, &tx) == OK);
    struct stmt *q = query_start(&tx, &all_subjects);
    expect(query_step(q, &row) == OK && !row); /* pins the snapshot */
    int64_t seen = 0;
    expect(store_write(b.s, read_own_writes, &seen) == OK && seen == 5);
    expect(query_step(query_start(&tx, &all_subjects), &row) == OK && !row);
    tx_end(&tx);
    expect(jobs_of(b.s, S("mail")) == 1);
    bed_remove(&b);
}

static err insert_and_return(struct tx *tx, void *arg)
{
    int64_t *id = arg;
    bool row = false;
    struct stmt *q = query_start(tx, &insert_returning);
    bind_int(q, 1, 7);
    err e = query_step(q, &row);
    if (e)
        return e;
    *id = column_int(q, 0);
    query_end(q);
    int64_t changes = 0;
    e = query_run(query_start(tx, &delay_all), &changes);
    return e ? e : (changes == 1 ? OK : ERR_DATA);
}

TEST(store_returning_and_changes_tell_what_a_statement_did)
{
    struct bed b = bed_in_memory();
    int64_t id = 0;
    expect(store_write(b.s, insert_and_return, &id) == OK && id == 1);
    expect(jobs_of(b.s, S("r")) == 1);
    bed_remove(&b);
}

TEST(store_a_sum_past_64_bits_is_an_overflow_fault)
{
    struct bed b = bed_in_memory();
    struct tx tx CLEANUP(tx_end) = { 0 };
    bool row = false;
    expect(store_read(b.s, &tx) == OK);
    expect(query_step(query_start(&tx, &overflowing_sum), &row) == ERR_OVERFLOW);
    tx_end(&tx);
    bed_remove(&b);
}

static err break_constraint(struct tx *tx, void *arg)
{
    err *ret = arg;
    struct stmt *q = query_start(tx, &insert_without_kind);
    bind_null(q, 1);
    *ret = query_run(q, NULL);
    return job_add(tx, S("after"), 1, 1); /* the transaction is still there */
}

TEST(store_a_violated_constraint_is_a_data_fault_and_undoes_only_its_statement)
{
    struct bed b = bed_in_memory();
    err e = OK;
    expect(store_write(b.s, break_constraint, &e) == OK && e == ERR_DATA);
    expect(jobs_of(b.s, S("after")) == 1);
    bed_remove(&b);
}

static void start_twice(void *arg)
{
    struct tx *tx = arg;
    bool row = false;
    (void)!query_step(query_start(tx, &all_subjects), &row);
    query_start(tx, &all_subjects);
    query_start(tx, &all_subjects);
}

static void step_unbound(void *arg)
{
    bool row = false;
    struct stmt *q = query_start(arg, &echo_pair);
    bind_int(q, 1, 1);
    (void)!query_step(q, &row);
}

static void bind_third_of_two(void *arg)
{
    bind_int(query_start(arg, &echo_pair), 3, 1);
}

static void write_while_reading(void *arg)
{
    query_start(arg, &delay_all);
}

static void read_column_of_no_row(void *arg)
{
    column_int(query_start(arg, &all_subjects), 0);
}

static err write_inside(struct tx *tx, void *arg)
{
    int fine = 0;
    (void)arg;
    return store_write(tx->store, promise_two, &fine);
}

static void write_inside_write(void *arg)
{
    struct tx *tx = arg;
    (void)!store_write(tx->store, write_inside, NULL);
}

TEST(store_misuse_of_statements_ends_the_program)
{
    struct bed b = bed_in_memory();
    struct tx tx CLEANUP(tx_end) = { 0 };
    expect(store_read(b.s, &tx) == OK);
    expect(dies(start_twice, &tx));
    expect(dies(step_unbound, &tx));
    expect(dies(bind_third_of_two, &tx));
    expect(dies(write_while_reading, &tx));
    expect(dies(read_column_of_no_row, &tx));
    expect(dies(write_inside_write, &tx));
    tx_end(&tx);
    bed_remove(&b);
}

TEST(store_without_a_free_reader_says_busy_after_its_wait)
{
    struct bed b = bed_in_memory();
    b.o.readers = 1;
    b.o.wait_ms = 20;
    expect(bed_reopen(&b) == OK);
    struct tx first CLEANUP(tx_end) = { 0 };
    struct tx second CLEANUP(tx_end) = { 0 };
    expect(store_read(b.s, &first) == OK);
    expect(store_read(b.s, &second) == ERR_BUSY && !second.db);
    struct store_statistics st = store_statistics(b.s);
    expect(st.busy == 1 && st.readers_in_use_now == 1 && st.readers_open_now == 1);
    tx_end(&first);
    tx_end(&first); /* harmless */
    expect(store_read(b.s, &second) == OK);
    tx_end(&second);
    bed_remove(&b);
}

TEST(store_at_rest_gives_connections_back_and_serves_again)
{
    struct bed b = bed_in_folder();
    expect(jobs_of(b.s, S("x")) == 0);
    expect(store_statistics(b.s).readers_open_now == 1);
    store_rest(b.s); /* something was read since it was opened */
    expect(store_statistics(b.s).readers_open_now == 1);
    store_rest(b.s);
    expect(store_statistics(b.s).readers_open_now == 0);
    int fine = 0;
    expect(store_write(b.s, promise_two, &fine) == OK);
    expect(jobs_of(b.s, S("mail")) == 2);
    bed_remove(&b);
}

TEST(store_at_rest_keeps_as_many_readers_as_were_needed_together)
{
    struct bed b = bed_in_folder();
    struct tx one CLEANUP(tx_end) = { 0 };
    struct tx two CLEANUP(tx_end) = { 0 };
    expect(store_read(b.s, &one) == OK && store_read(b.s, &two) == OK);
    tx_end(&one);
    tx_end(&two);
    store_rest(b.s); /* both were needed */
    expect(store_statistics(b.s).readers_open_now == 2);
    expect(jobs_of(b.s, S("x")) == 0 && jobs_of(b.s, S("x")) == 0);
    store_rest(b.s); /* one after the other: one is enough */
    expect(store_statistics(b.s).readers_open_now == 1);
    expect(jobs_of(b.s, S("x")) == 0);
    bed_remove(&b);
}

TEST(store_query_that_is_wrong_is_named_at_start)
{
    struct bed b = bed_in_folder();
    struct db *db = NULL;
    size_t at = 0;
    struct db_options o = { .path = bed_path(&b, "without-tables.db") };
    expect(db_open(&o, &db) == OK);
    expect(db_check_queries(db, &b.a, &b.why) == ERR_DATA);
    expect(str_starts(b.why, S("query ")) && str_find(b.why, S("(no such table: "), &at));
    db_close(db);
    bed_remove(&b);
}
