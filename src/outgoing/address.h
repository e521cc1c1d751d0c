#pragma once
#include <stdbool.h>
#include <sys/socket.h>

/*
 * Whether a socket's address is one of the public Internet: unicast, not private, not loopback or
 * link-local, not set apart for documentation, tests or translation (IANA's registries of
 * special-purpose addresses, RFC 6890). IPv4 within IPv6 (mapped, NAT64) is judged as IPv4.
 * Families other than IPv4 and IPv6 are not.
 */
bool address_public(const struct sockaddr *address);
