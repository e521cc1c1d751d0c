#include "unit/script_server.h"
#include "unit/test.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* False when the client has left. */
static bool hear(struct script_server *s, int client)
{
    ssize_t n = read(client, s->heard + s->heard_n, sizeof s->heard - s->heard_n);
    if (n <= 0)
        return false;
    s->heard_n += (size_t)n;
    return true;
}

static bool heard(const struct script_server *s, size_t from, const char *what)
{
    size_t at = 0;
    struct str all = { s->heard + from, s->heard_n - from };
    return !what || str_find(all, str_from_z(what), &at);
}

static void *serve(void *arg)
{
    struct script_server *s = arg;
    int client = accept(s->listener, NULL, NULL);
    if (client < 0)
        return NULL;
    size_t from = 0;
    bool there = true;
    for (size_t i = 0; i < s->n && there; i++) {
        while (there && !heard(s, from, s->steps[i].await))
            there = hear(s, client);
        from = s->heard_n;
        size_t length = strlen(s->steps[i].say);
        there = there && send(client, s->steps[i].say, length, MSG_NOSIGNAL) == (ssize_t)length;
    }
    while (there && s->hang)
        there = hear(s, client);
    close(client);
    return NULL;
}

void script_start(struct script_server *s)
{
    struct sockaddr_in in = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    socklen_t n = sizeof in;
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    expect(s->listener >= 0);
    expect(bind(s->listener, (struct sockaddr *)&in, sizeof in) == 0);
    expect(listen(s->listener, 4) == 0);
    expect(getsockname(s->listener, (struct sockaddr *)&in, &n) == 0);
    s->port = ntohs(in.sin_port);
    expect(pthread_create(&s->thread, NULL, serve, s) == 0);
}

void script_end(struct script_server *s)
{
    shutdown(s->listener, SHUT_RDWR); // wakes accept() when nobody came
    expect(pthread_join(s->thread, NULL) == 0);
    close(s->listener);
}
