// The page's own arithmetic: addresses, periods, sums, bins. No page is needed for it.
"use strict";

const test = require("node:test");
const assert = require("node:assert/strict");
require("../../scripts/fleetledger/page/static/data.js");
require("../../scripts/fleetledger/page/static/format.js");
const fl = globalThis.fleetledger;

const days = fl.table({
    count: 5,
    columns: {
        called_on: ["2026-11-01", "2026-11-01", "2026-11-02", "2026-11-09", null],
        cost_kind: { of: ["billed", "free", "subscription"], at: [0, 2, 0, 1, 0] },
        project: { of: ["/a/api", "/b/api"], at: [0, 0, 1, 0, null] },
        cost_usd: [1.5, 10, 2, 0, null],
    },
});

test("a packed column is what it was", () => {
    assert.deepEqual(days.column("project"), ["/a/api", "/a/api", "/b/api", "/a/api", null]);
    assert.deepEqual(days.row(2), { called_on: "2026-11-02", cost_kind: "billed", project: "/b/api", cost_usd: 2 });
});

test("filters pass rows, free calls only where they are wanted", () => {
    const all = { since: null, until: null };
    assert.deepEqual(fl.pass(days, {}, all, "called_on"), [0, 1, 2, 4]);
    assert.deepEqual(fl.pass(days, { free: "1" }, all, "called_on"), [0, 1, 2, 3, 4]);
    assert.deepEqual(fl.pass(days, { project: "/a/api" }, { since: "2026-11-01", until: "2026-11-01" }, "called_on"), [0, 1]);
    assert.deepEqual(fl.pass(days, { project: fl.NONE }, all, "called_on"), [4]);
});

test("a sum of what is not known is not zero, and kinds stay apart", () => {
    assert.equal(fl.sum(days, [4], "cost_usd"), null);
    assert.equal(fl.sum(days, [3, 4], "cost_usd"), 0);
    assert.deepEqual(fl.ofKind(days, [0, 1, 2], "billed"), [0, 2]);
});

test("groups lose no row", () => {
    const groups = fl.groups(days, [0, 1, 2, 3, 4], ["project"]);
    assert.deepEqual(groups.map((group) => [group.values[0], group.rows]), [["/a/api", [0, 1, 3]], ["/b/api", [2]], [null, [4]]]);
});

test("an address says what is shown, and nothing else gets in", () => {
    const hash = fl.toHash("sessions", { project: "/x y/ä&=?#", period: "7d", q: "" });
    assert.deepEqual(fl.parseHash(hash), { page: "sessions", key: null, params: { project: "/x y/ä&=?#", period: "7d" } });
    assert.deepEqual(fl.parseHash("#/session/0123456789abcdef"), { page: "session", key: "0123456789abcdef", params: {} });
    assert.deepEqual(fl.parseHash("#/overview?period=1d&since=2026-02-30&evil=1&until=x").params, {});
    assert.equal(fl.parseHash("").page, "overview");
});

test("what is chosen stands before a query as the variables that it knows", () => {
    const sql = "where getvariable('since') is null and getvariable('project') is null and getvariable('session_ids') is null";
    const period = { since: "2026-11-01", until: "2026-11-20" };
    assert.equal(fl.variables(sql, { project: "/it's", model: "m" }, period), "set variable since = date '2026-11-01';\nset variable project = '/it''s';\n");
    assert.equal(fl.variables(sql, { project: fl.NONE }, {}, "a'b"), "set variable session_ids = ['a''b'];\n");
    assert.equal(fl.variables("select 1", { project: "/a" }, period), "");
});

test("a week begins on its Monday", () => {
    assert.deepEqual(["2026-11-22", "2026-11-23", "2026-11-29"].map(fl.weekOf), ["2026-11-16", "2026-11-23", "2026-11-23"]);
});

test("a period ends with the newest line, and the one before is as long", () => {
    assert.deepEqual(fl.period({ period: "7d" }, "2026-11-20"), { since: "2026-11-14", until: "2026-11-20" });
    assert.deepEqual(fl.before({ since: "2026-11-14", until: "2026-11-20" }, "2026-11-20"), { since: "2026-11-07", until: "2026-11-13" });
    assert.deepEqual(fl.period({ since: "2026-11-01" }, "2026-11-20"), { since: "2026-11-01", until: null });
    assert.equal(fl.before({ since: null, until: null }), null);
});

test("bins cover each day once, whatever the room", () => {
    for (const room of [3, 10, 40, 400]) {
        const bins = fl.bins("2025-12-30", "2026-11-20", room);
        assert.equal(bins[0].since, "2025-12-30");
        assert.equal(bins.at(-1).until, "2026-11-20");
        for (let i = 1; i < bins.length; i++) assert.equal(fl.dayNumber(bins[i].since), fl.dayNumber(bins[i - 1].until) + 1);
    }
});

test("ticks reach the largest value and no step beyond", () => {
    for (const largest of [0.0004, 0.9, 1, 3, 7.5, 99, 100, 12345]) {
        const ticks = fl.ticks(largest);
        assert.ok(ticks.at(-1) >= largest * (1 - 1e-9) && ticks.at(-2) < largest, `${largest}: ${ticks}`);
        assert.ok(ticks.length <= 6);
    }
    assert.deepEqual(fl.ticks(0), [0]);
});

test("what is unknown is sorted last either way, and equals keep their order", () => {
    const rows = [{ n: 1, v: 2 }, { n: 2, v: null }, { n: 3, v: 1 }, { n: 4, v: 2 }];
    assert.deepEqual(fl.sorted(rows, (row) => row.v, true).map((row) => row.n), [1, 4, 3, 2]);
    assert.deepEqual(fl.sorted(rows, (row) => row.v, false).map((row) => row.n), [3, 1, 4, 2]);
});

test("paths are named by as much as tells them apart", () => {
    const names = fl.shortest(["/a/code/api", "/b/src/api", "/a/code/web", "/api"]);
    assert.deepEqual([...names.entries()].sort(), [["/a/code/api", "code/api"], ["/a/code/web", "web"], ["/api", "api"], ["/b/src/api", "src/api"]]);
});

test("a word for a shell is one word", () => {
    assert.equal(fl.shellWord("/home/ann/shop"), "/home/ann/shop");
    assert.equal(fl.shellWord("it's; rm -rf $HOME"), `'it'"'"'s; rm -rf $HOME'`);
});

test("money says its kind, and the smallest is not nothing", () => {
    assert.equal(fl.usd(1234.5), "$1,234.50");
    assert.equal(fl.usd(1234.5, "subscription"), "≈$1,234.50");
    assert.equal(fl.usd(0.001), "<$0.01");
    assert.equal(fl.usd(0), "$0.00");
    assert.equal(fl.usd(null), "–");
});

test("shares are all or nothing only where they are", () => {
    assert.equal(fl.share(999, 1000), "99.9 %");
    assert.equal(fl.share(1000, 1000), "100 %");
    assert.equal(fl.share(1, 1000), "<1 %");
    assert.equal(fl.share(0, 1000), "0 %");
    assert.equal(fl.share(1, 0), "–");
});

test("counts are short, and do not round up to a unit that they have not", () => {
    assert.equal(fl.short(999), "999");
    assert.equal(fl.short(138_000_000), "138M");
    assert.equal(fl.short(4_650_000_000), "4.65B");
    assert.equal(fl.short(999_999), "1.00M");
    assert.equal(fl.axis(60000), "60K");
});

test("days and spans read as people write them", () => {
    assert.equal(fl.day("2026-11-05"), "5 Nov");
    assert.equal(fl.span({ since: "2026-10-22", until: "2026-11-20" }), "22 Oct – 20 Nov 2026");
    assert.equal(fl.span({ since: null, until: null }), "all time");
});

test("texts stand in order whatever their case", () => {
    assert.deepEqual(["b", "B", "a", "C", "ab"].sort(fl.order), ["a", "ab", "B", "b", "C"]);
});

test("thousands stand apart, and what is rounded to nothing has no sign", () => {
    assert.deepEqual([0, 7, 999, 1000, 1234567, 99.5, -1234, -0.2].map(fl.count), ["0", "7", "999", "1,000", "1,234,567", "100", "-1,234", "0"]);
    assert.deepEqual([fl.usd(1234.5), fl.usd(123456.7), fl.usd(-2)], ["$1,234.50", "$123,457", "\u2212$2.00"]);
});

test("the projects that do not stand apart are one, in tables that tell them and in tables that sum them", () => {
    const all = { since: null, until: null };
    fl.apart = new Set(["/a/api"]);
    const summed = fl.table({ count: 3, columns: { project: ["/a/api", fl.OTHERS, null] } });
    assert.deepEqual(fl.pass(summed, { project: fl.OTHERS }, all, null), [1]);
    assert.deepEqual(fl.pass(days, { project: fl.OTHERS }, all, null), [2]);
    fl.apart = new Set();
});
