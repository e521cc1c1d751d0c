/* Visibility and counters up the chain of parents: at most COMMENT_DEPTH_MAX steps. */
#include "discussion/tree.h"

QUERY(tree_count, "update comment set children = children + $2, replies = replies + $3 "
                  "where id = $1 "
                  "returning coalesce(parent, 0), children, visible, "
                  "case when state = 'published' then 1 else 0 end");
QUERY(tree_add, "update comment set children = children + $2, replies = replies + $3 "
                "where id = $1");
QUERY(tree_visible, "update comment set visible = $2 where id = $1");

CHECK_ROWS(comment_visible, "a comment is visible if it is published or has visible replies",
           "select id, visible, children from comment "
           "where visible <> case when state = 'published' or children > 0 then 1 else 0 end");
CHECK_ROWS(comment_children, "a comment's number of children is that of its visible replies",
           "select c.id, c.children, coalesce(r.n, 0) as counted from comment c left join "
           "(select parent, count(*) as n from comment where visible = 1 and parent is not null "
           "group by parent) r on r.parent = c.id where c.children <> coalesce(r.n, 0)");
CHECK_ROWS(comment_replies, "a thread's number of replies is that of its visible comments but one",
           "select c.id, c.replies, coalesce(r.n, 0) as counted from comment c left join "
           "(select root, count(*) as n from comment where visible = 1 and root is not null "
           "group by root) r on r.root = c.id where c.replies <> coalesce(r.n, 0)");
CHECK_ROWS(comment_under, "a reply stands under its parent's report and root, one deeper and later",
           "select c.id, c.parent from comment c join comment p on p.id = c.parent "
           "where c.report <> p.report or c.root <> coalesce(p.root, p.id) "
           "or c.depth <> p.depth + 1 or c.id <= p.id");

struct step {
    int64_t parent; /* of the comment that was counted up or down */
    bool flipped;   /* it became visible, or ceased to be */
};

static err visible_set(struct tx *tx, int64_t id, bool visible)
{
    struct stmt *s = query_start(tx, &tree_visible);
    bind_int(s, 1, id);
    bind_int(s, 2, visible);
    return query_run(s, NULL);
}

/* Counts one visible reply more or fewer at `id`; `replies` is for a root only. */
static err count_at(struct tx *tx, int64_t id, int delta, int64_t replies, struct step *ret)
{
    struct stmt *s = query_start(tx, &tree_count);
    bind_int(s, 1, id);
    bind_int(s, 2, delta);
    bind_int(s, 3, replies);
    bool row = false;
    err e = query_step(s, &row);
    if (e)
        return e;
    if (!row)
        return ERR_DATA;
    bool was = column_int(s, 2);
    bool is = column_int(s, 1) > 0 || column_int(s, 3);
    *ret = (struct step){ .parent = column_int(s, 0), .flipped = was != is };
    query_end(s);
    return was == is ? OK : visible_set(tx, id, is);
}

static err add_at(struct tx *tx, int64_t id, int64_t children, int64_t replies)
{
    struct stmt *s = query_start(tx, &tree_add);
    bind_int(s, 1, id);
    bind_int(s, 2, children);
    bind_int(s, 3, replies);
    return query_run(s, NULL);
}

err tree_changed(struct tx *tx, const struct tree_node *node, int delta, int64_t *ret_threads)
{
    *ret_threads = node->parent ? 0 : delta;
    int64_t replies = 0;
    struct step step = { .parent = node->parent, .flipped = true };
    while (step.flipped && step.parent) {
        int64_t at = step.parent;
        replies += delta;
        err e = count_at(tx, at, delta, at == node->root ? replies : 0, &step);
        if (e)
            return fault(e);
        if (at == node->root) {
            *ret_threads = step.flipped ? delta : 0;
            return OK;
        }
    }
    err e = replies ? add_at(tx, node->root, 0, replies) : OK;
    return e ? fault(e) : OK;
}

err tree_added(struct tx *tx, const struct tree_node *node)
{
    if (!node->parent)
        return OK;
    err e = add_at(tx, node->parent, 1, node->parent == node->root);
    if (!e && node->parent != node->root)
        e = add_at(tx, node->root, 0, 1);
    return e ? fault(e) : OK;
}
