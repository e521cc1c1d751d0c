#pragma once

/*
 * Gives memory back that a program at rest does not need: what the allocator keeps of freed memory,
 * and those pages of our own code and of libraries' that were read once, to start or for a rare
 * task. The latter stay in the kernel's page cache and come back by themselves at their next use,
 * for the price of a minor page fault; until then the kernel may drop them first when it needs
 * room. For any thread; takes about a millisecond.
 */
void rest_memory(void);
