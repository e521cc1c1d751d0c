#pragma once
#include "base/attr.h"

/* Words that common passwords are made of; sorted by bytes. For password_rules.c. */
enum { COMMON_WORD_MAX = 15 }; /* bytes of the longest */
extern const char *const common_words[];
extern const size_t common_word_count;
