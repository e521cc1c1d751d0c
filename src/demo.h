#pragma once
#include "cli.h"

/*
 * `diurnal demo`: fills an empty data folder with the demo newsroom of demo/ (a river, its harbour
 * and its floods). The same words, gifts, votes and times every time: screenshots and measurements
 * rest on it.
 */
int demo_run(struct call *c);
