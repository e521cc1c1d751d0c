#pragma once
#include "render/template.h"

/* A view with every kind of field, and a set of files to try templates on it. */
struct item {
    struct str name;
    int64_t n;
};
struct tree {
    struct str name;
    struct list below;
};
struct sample {
    struct str x, y;
    struct html html;
    struct str json;
    int64_t n;
    bool yes, no;
    struct list items, empty, trees;
    struct item one;
    const struct item *ref, *none;
};
extern const struct view item_view, tree_view, sample_view;

/* Files of the set, as name and text in turn: first the page. */
struct set_files {
    const char *text[64];
};
struct bench {
    struct arena a;
    enum template_mode mode;
    struct set_files files;
};
void bench_init(struct bench *b, enum template_mode mode);

/* What comes out, or what is wrong. */
struct str bench_render(struct bench *b, const char *text, const struct sample *view);
