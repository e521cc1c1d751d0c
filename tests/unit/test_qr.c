/* Without these a giver could scan a code that leads to no wallet, or to another one. */
#include "base/scan.h"
#include "render/qr.h"
#include "unit/test.h"

#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SIDE_MAX = 120, SCALE = 4 };
static struct arena memory;

static struct str svg_of(struct str text, struct str title)
{
    arena_init(&memory, 1000000);
    struct html qr = { 0 };
    expect(qr_svg(&memory, text, title, &qr) == OK);
    return qr.s;
}

static int64_t take(struct str *s, char before)
{
    int64_t n = 0;
    expect(scan_char(s, before) && scan_int(s, SIDE_MAX, &n));
    return n;
}

/* A row's dark runs: "4 4.5h7m2 0h1" after its M. */
static void take_row(struct str *s, int64_t side, uint8_t grid[SIDE_MAX][SIDE_MAX])
{
    int64_t x = take(s, 'M'), y = take(s, ' ');
    expect(scan_text(s, S(".5")));
    do {
        int64_t w = take(s, 'h');
        expect(x >= 4 && y >= 4 && x + w <= side - 4 && y < side - 4); // the quiet zone is quiet
        memset(&grid[y][x], 1, (size_t)w);
        x += w;
        if (!s->n || s->s[0] != 'm')
            return;
        x += take(s, 'm');
        expect(scan_text(s, S(" 0")));
    } while (true);
}

/* The dark modules of the SVG's path; returns the side with its quiet zone. */
static int64_t modules(struct str svg, uint8_t grid[SIDE_MAX][SIDE_MAX])
{
    size_t from = 0;
    expect(str_find(svg, S("viewBox=\"0 0"), &from));
    struct str s = str_sub(svg, from + 12, svg.n);
    int64_t side = take(&s, ' ');
    expect(str_find(svg, S("stroke=\"#000\" d=\""), &from));
    s = str_sub(svg, from + 17, svg.n);
    while (!scan_char(&s, '"'))
        take_row(&s, side, grid);
    expect_str(s, S("/></svg>"));
    return side;
}

static void write_pgm(FILE *f, struct str svg)
{
    static uint8_t grid[SIDE_MAX][SIDE_MAX];
    memset(grid, 0, sizeof grid);
    int64_t side = modules(svg, grid);
    fprintf(f, "P5 %d %d 255\n", (int)side * SCALE, (int)side * SCALE);
    for (int64_t y = 0; y < side * SCALE; y++)
        for (int64_t x = 0; x < side * SCALE; x++)
            fputc(grid[y / SCALE][x / SCALE] ? 0 : 255, f);
    expect(fflush(f) == 0);
}

/* What zbarimg reads in the picture. */
static struct str decode(struct str svg)
{
    static char text[2000];
    char name[] = "/tmp/diurnal-qr-XXXXXX";
    int fd = mkstemp(name);
    expect(fd >= 0);
    FILE *f = fdopen(fd, "w");
    expect(f);
    write_pgm(f, svg);
    fclose(f);
    int ends[2];
    expect(pipe(ends) == 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        execlp("zbarimg", "zbarimg", "--raw", "-q", "--nodbus", "-Sdisable", "-Sqrcode.enable",
               name, (char *)NULL);
        _Exit(SKIPPED);
    }
    close(ends[1]);
    size_t n = 0;
    ssize_t got = 0;
    while ((got = read(ends[0], text + n, sizeof text - n)) > 0)
        n += (size_t)got;
    close(ends[0]);
    int status = 0;
    expect(waitpid(pid, &status, 0) == pid);
    unlink(name);
    if (WIFEXITED(status) && WEXITSTATUS(status) == SKIPPED)
        exit(SKIPPED);
    expect(status == 0 && n > 0 && text[n - 1] == '\n');
    return (struct str){ text, n - 1 };
}

TEST(a_code_is_read_back_as_the_payment_address_it_was_made_of)
{
    static const char *const texts[] = {
        "bitcoin:1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        "bitcoin:bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4?amount=0.005&label=Harbour%20Post",
        "BITCOIN:BC1QW508D6QEJXTDG4Y5R3ZARVARY0C5XW7KV8F3T4",
        "ethereum:0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed@1",
        "BCD\n002\n1\nSCT\n\nThe River Post\nDE89370400440532013000\nEUR25.00",
        "x",
    };
    for (size_t i = 0; i < COUNT(texts); i++) {
        expect_str(decode(svg_of(str_from_z(texts[i]), S("t"))), str_from_z(texts[i]));
        arena_free(&memory);
    }
}

TEST(a_code_of_the_longest_text_is_still_read_and_one_byte_more_refused)
{
    static char text[QR_TEXT_MAX + 1];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (char)('a' + i * 7 % 26);
    expect_str(decode(svg_of((struct str){ text, QR_TEXT_MAX }, S("t"))),
               ((struct str){ text, QR_TEXT_MAX }));
    struct html qr = { S("kept") };
    struct str t = S("t");
    expect(qr_svg(&memory, (struct str){ text, QR_TEXT_MAX + 1 }, t, &qr) == QR_TOO_LONG);
    expect(qr_svg(&memory, S(""), t, &qr) == QR_NOT_TEXT);
    expect(qr_svg(&memory, S("a\0b"), t, &qr) == QR_NOT_TEXT);
    expect_str(qr.s, S("kept"));
    arena_free(&memory);
}

TEST(a_codes_title_is_escaped_and_nothing_is_styled_inline)
{
    struct str svg = svg_of(S("x"), S("Give \"now\" <script> & 'more'"));
    size_t where = 0;
    expect(str_find(svg, S("<title>Give \"now\" &lt;script&gt; &amp; 'more'</title>"), &where));
    expect(!str_find(svg, S("style"), &where) && !str_find(svg, S("<script"), &where));
    expect(str_find(svg, S("role=\"img\""), &where));
    arena_free(&memory);
}
