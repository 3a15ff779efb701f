"""The SQL of the models, which is DuckDB's, as Spark understands it.

The models are written once, for DuckDB. sqlglot reads them, and writes most of it for Spark; what it does not know, or
says otherwise than DuckDB means it, stands here: lists that are unnested, `qualify`, the structures of JSON, regular
expressions of RE2 for Java's, what divides, and what is null.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import ClassVar, NamedTuple

from sqlglot import exp, parse_one
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.dialects.spark import Spark

SETTINGS = {
    "spark.sql.session.timeZone": "UTC",
    # A timestamp is what DuckDB calls one: without a time zone.
    "spark.sql.timestampType": "TIMESTAMP_NTZ",
    # Money keeps its 16 decimals, and an overflow is an error.
    "spark.sql.decimalOperations.allowPrecisionLoss": "false",
    "spark.sql.ansi.enabled": "true",
    # Dates before the Gregorian calendar are as they stand in the file.
    "spark.sql.parquet.datetimeRebaseModeInRead": "CORRECTED",
    # A command line is read by a query that calls functions many levels deep.
    "spark.sql.analyzer.maxIterations": "1000",
    "spark.sql.optimizer.maxIterations": "1000",
    # Batches of one table may have columns that others lack.
    "spark.sql.parquet.mergeSchema": "true",
}
"""What a session needs to be told for the SQL to mean the same."""


def of_thrift(settings: dict[str, str]) -> dict[str, str]:
    """Settings as a Thrift server takes them with a session; it passes over others without a word.

    >>> of_thrift({"spark.sql.session.timeZone": "UTC", "set:hiveconf:a": "b"})
    {'set:hiveconf:spark.sql.session.timeZone': 'UTC', 'set:hiveconf:a': 'b'}
    """
    return {name if ":" in name else f"set:hiveconf:{name}": value for name, value in settings.items()}


class Models(DuckDB):
    """DuckDB's SQL as dbt compiles it: for Spark it quotes names with backticks."""

    class Tokenizer(DuckDB.Tokenizer):
        """Names in either kind of quotes."""

        IDENTIFIERS: ClassVar = ['"', "`"]

    class Parser(DuckDB.Parser):
        """`len` is of lists, `length` of texts."""

        FUNCTIONS: ClassVar = {
            **DuckDB.Parser.FUNCTIONS,
            "LEN": lambda args: exp.ArraySize(this=args[0]),
        }


def _double(of: str) -> str:
    return f"cast({of} as double)"


def _written(name: str, *args: str) -> str:
    return f"{name}({', '.join(args)})"


class _Writers(Spark.Generator):
    """Writes what Spark's own generator of sqlglot does not know, or takes for what Spark means by the name."""

    EXPRESSIONS_WITHOUT_NESTED_CTES: ClassVar[set[type]] = set()
    TYPE_MAPPING: ClassVar = {
        **Spark.Generator.TYPE_MAPPING,
        exp.DType.TIMESTAMP: "TIMESTAMP_NTZ",
        exp.DType.TIMESTAMPTZ: "TIMESTAMP_LTZ",
        exp.DType.INT128: "DECIMAL(38, 0)",
        exp.DType.UBIGINT: "DECIMAL(20, 0)",
        exp.DType.JSON: "STRING",
    }

    def anonymous_sql(self, expression: exp.Anonymous) -> str:
        """A function that sqlglot does not know."""
        writer = _FUNCTIONS.get(expression.name.lower())
        return writer(*map(self.sql, expression.expressions)) if writer else super().anonymous_sql(expression)

    def arraysize_sql(self, expression: exp.ArraySize) -> str:
        """Null of no list; Spark before 4 says -1."""
        return _written("array_size", self.sql(expression.this))

    def div_sql(self, expression: exp.Div) -> str:
        """DuckDB divides as doubles, decimals as well."""
        return f"{_double(self.sql(expression.this))} / {_double(self.sql(expression.expression))}"

    def intdiv_sql(self, expression: exp.IntDiv) -> str:
        """Of decimals, too, whose quotient Spark would have to be of 64 bits."""
        whole, parts = self.sql(expression.this), self.sql(expression.expression)
        return f"cast((cast({whole} as decimal(38, 0)) - {whole} % {parts}) / {parts} as decimal(38, 0))"

    def bracket_sql(self, expression: exp.Bracket) -> str:
        """Null where a list has no such element. (sqlglot counts from 0.)"""
        (index,) = expression.expressions
        number = int(self.sql(index)) + 1
        return _written("try_element_at", self.sql(expression.this), str(number))

    def argmax_sql(self, expression: exp.ArgMax | exp.ArgMin) -> str:
        """DuckDB leaves out rows in which either is null."""
        name = "max_by" if isinstance(expression, exp.ArgMax) else "min_by"
        value, by = self.sql(expression.this), self.sql(expression.expression)
        return f"{name}({value}, case when {value} is not null then {by} end)"

    argmin_sql = argmax_sql

    def median_sql(self, expression: exp.Median) -> str:
        """In the type of the values, if they can be halved."""
        return _median(self.sql(exp.Anonymous(this="collect_list", expressions=[expression.this])))

    def window_sql(self, expression: exp.Window) -> str:
        """Of what is made of a list of the window's values, the list is what is over the window."""
        of = expression.this
        if isinstance(of, exp.Median) or (isinstance(of, exp.Anonymous) and of.name.lower() == "mad"):
            value = of.this if isinstance(of, exp.Median) else of.expressions[0]
            listed = expression.copy()
            listed.set("this", exp.Anonymous(this="collect_list", expressions=[value.copy()]))
            return (_median if isinstance(of, exp.Median) else _median_deviation)(super().window_sql(listed))
        if expression.arg_key != "windows" and set(filter(expression.args.get, expression.args)) == {
            "this",
            "alias",
            "over",
        }:
            # `over w - …` would be read as a name with a hyphen.
            return f"{self.sql(of)} over ({self.sql(expression, 'alias')})"
        return super().window_sql(expression)

    def arrayagg_sql(self, expression: exp.ArrayAgg) -> str:
        """In the order of the values, which is the only one that is asked for."""
        of = expression.this
        if isinstance(of, exp.Order):
            return f"array_sort(collect_list({self.sql(of.this)}))"
        return f"collect_list({self.sql(of)})"

    def cast_sql(self, expression: exp.Cast, safe_prefix: str | None = None) -> str:
        """A number with a fraction is rounded to a whole one, not cut."""
        of = expression.this
        if expression.to.is_type(*exp.DataType.INTEGER_TYPES) and _is_fraction(of):
            return f"cast(bround(cast({self.sql(of)} as double)) as {self.sql(expression.to)})"
        return super().cast_sql(expression, safe_prefix)

    def datediff_sql(self, expression: exp.DateDiff) -> str:
        """Whole days, or milliseconds that began between two instants."""
        start, end = self.sql(expression.expression), self.sql(expression.this)
        unit = expression.text("unit").upper()
        if unit == "DAY":
            return f"cast(datediff(cast({end} as date), cast({start} as date)) as bigint)"
        if unit == "MILLISECOND":
            return f"(unix_millis(cast({end} as timestamp_ltz)) - unix_millis(cast({start} as timestamp_ltz)))"
        raise ValueError(f"date_diff of {unit} is not known to Spark's side")

    def timestamptrunc_sql(self, expression: exp.TimestampTrunc) -> str:
        """Stays without a time zone."""
        unit = expression.text("unit")
        return f"cast(date_trunc('{unit}', {self.sql(expression.this)}) as timestamp_ntz)"

    def unixtotime_sql(self, expression: exp.UnixToTime) -> str:
        """Stays without a time zone."""
        name = {"3": "timestamp_millis", "6": "timestamp_micros"}[self.sql(expression, "scale")]
        return f"cast({name}(cast({self.sql(expression.this)} as bigint)) as timestamp_ntz)"

    def attimezone_sql(self, expression: exp.AtTimeZone) -> str:
        """UTC is the session's time zone, so that a cast says what its clocks show."""
        if expression.args["zone"].name != "UTC":
            raise ValueError("at time zone is of UTC only: reporting_time() is for others")
        return f"cast({self.sql(expression.this)} as timestamp_ntz)"

    def currenttimestamp_sql(self, expression: exp.CurrentTimestamp) -> str:
        """An instant."""
        return "current_timestamp()"

    def nullsafeneq_sql(self, expression: exp.NullSafeNEQ) -> str:
        """Is distinct from."""
        return f"not ({self.sql(expression.this)} <=> {self.sql(expression.expression)})"

    def nullsafeeq_sql(self, expression: exp.NullSafeEQ) -> str:
        """Is not distinct from."""
        return f"({self.sql(expression.this)} <=> {self.sql(expression.expression)})"

    def like_sql(self, expression: exp.Like) -> str:
        """A backslash is one, unless it is said what escapes; to Spark it would make the next character a plain one."""
        pattern = expression.expression
        if isinstance(expression.parent, exp.Escape):
            written = self.sql(pattern)
        elif isinstance(pattern, exp.Literal):
            written = self.sql(exp.Literal.string(pattern.name.replace("\\", "\\\\")))
        else:
            written = f"replace({self.sql(pattern)}, '\\\\', '\\\\\\\\')"
        return f"{self.sql(expression.this)} LIKE {written}"

    def regexplike_sql(self, expression: exp.RegexpLike) -> str:
        """Found anywhere."""
        return f"({self.sql(expression.this)} rlike {self.pattern_sql(expression.expression)})"

    def regexpextract_sql(self, expression: exp.RegexpExtract) -> str:
        """The whole match unless a group is named."""
        group = self.sql(expression, "group") or "0"
        return _written("regexp_extract", self.sql(expression.this), self.pattern_sql(expression.expression), group)

    def regexpextractall_sql(self, expression: exp.RegexpExtractAll) -> str:
        """The whole match unless a group is named."""
        group = self.sql(expression, "group") or "0"
        return _written("regexp_extract_all", self.sql(expression.this), self.pattern_sql(expression.expression), group)

    def regexpreplace_sql(self, expression: exp.RegexpReplace) -> str:
        """Each match where `g` says so, else the first."""
        text, pattern = self.sql(expression.this), self.pattern_sql(expression.expression)
        replacement = self.replacement_sql(expression.args["replacement"])
        everywhere = "g" in (expression.text("modifiers") or "")
        if everywhere:
            return _written("regexp_replace", text, pattern, replacement)
        found, place = f"regexp_substr({text}, {pattern})", f"regexp_instr({text}, {pattern})"
        return (
            f"case when {place} > 0 then concat(left({text}, {place} - 1),"
            f" regexp_replace({found}, {pattern}, {replacement}),"
            f" substring({text}, {place} + length({found}))) else {text} end"
        )

    def pattern_sql(self, pattern: exp.Expression) -> str:
        """An expression of RE2 for Java; one of a column is brought over in each row."""
        if isinstance(pattern, exp.Literal):
            return self.sql(exp.Literal.string(java_pattern(pattern.name)))
        return _JAVA_PATTERN.format(self.sql(pattern))

    def replacement_sql(self, replacement: exp.Expression) -> str:
        r"""A replacement: groups are \1 to RE2, $1 to Java."""
        if isinstance(replacement, exp.Literal):
            return self.sql(exp.Literal.string(java_replacement(replacement.name)))
        return f"regexp_replace(replace({self.sql(replacement)}, '$', '\\\\$'), '\\\\\\\\([0-9])', '\\\\$$1')"

    def fromjson_sql(self, expression: exp.Expression) -> str:
        """A structure of JSON's fields; what may be any JSON stays text."""
        text, structure = expression.this, expression.args.get("schema") or expression.expression
        return parsed_json(self.sql(text), json.loads(structure.name))

    def jsonextract_sql(self, expression: exp.JSONExtract) -> str:
        """The JSON text at a path, a text in its quotes; the texts of all values that are in it, of `$..*`."""
        path = expression.expression
        if isinstance(path, exp.JSONPath) and path.find(exp.JSONPathRecursive):
            values = _written("regexp_extract_all", self.sql(expression.this), _JSON_VALUES, "1")
            return f"filter({values}, value -> value <> '')"
        parsed = f"try_parse_json({self.sql(expression.this)})"
        return f"to_json(try_variant_get({parsed}, {self.path_sql(expression)}, 'variant'))"

    def jsonextractscalar_sql(self, expression: exp.JSONExtractScalar) -> str:
        """The text at a path, without its quotes."""
        return _written("get_json_object", self.sql(expression.this), self.path_sql(expression))

    def path_sql(self, expression: exp.JSONExtract | exp.JSONExtractScalar) -> str:
        """A path of JSON as Spark reads it."""
        path = expression.expression
        parts = path.expressions if isinstance(path, exp.JSONPath) else []
        written = "$"
        for part in parts[1:]:
            if isinstance(part, exp.JSONPathSubscript) and isinstance(part.this, int):
                written += f"[{part.this}]"
            elif isinstance(part, exp.JSONPathKey):
                written += f".{part.this}" if part.this.isidentifier() else f"['{part.this}']"
            else:
                raise ValueError(f"this path of JSON is not known to Spark's side: {path!r}")
        return self.sql(exp.Literal.string(written))

    def jsonkeys_sql(self, expression: exp.JSONKeys) -> str:
        """The keys of the objects at some paths, a list for each; one without keys where there is no object."""
        text = self.sql(expression.this)
        objects = [
            text if path.name == "$" else _written("get_json_object", text, self.sql(path))
            for path in expression.expression.expressions
        ]
        return _written("array", *(f"coalesce(json_object_keys({one}), array())" for one in objects))

    def jsontype_sql(self, expression: exp.JSONType) -> str:
        """Whether it is an object or a list is all that is asked."""
        text = f"ltrim({self.sql(expression.this)})"
        return f"case when {text} like '{{%' then 'OBJECT' when {text} like '[%' then 'ARRAY' else 'SCALAR' end"

    def arraydistinct_sql(self, expression: exp.ArrayDistinct) -> str:
        """Without nulls."""
        return f"array_distinct(array_compact({self.sql(expression.this)}))"

    def flatten_sql(self, expression: exp.Flatten) -> str:
        """What is no list has no elements; Spark would have no list of it all."""
        return f"flatten(array_compact({self.sql(expression.this)}))"

    def arraytostring_sql(self, expression: exp.ArrayToString) -> str:
        """Nulls are left out."""
        return _written("array_join", self.sql(expression.this), self.sql(expression.expression))

    def explode_sql(self, expression: exp.Explode) -> str:
        """One row each."""
        return _written("explode", self.sql(expression.this))

    def split_sql(self, expression: exp.Split) -> str:
        """By a text, not by an expression."""
        return f"split({self.sql(expression.this)}, concat('\\\\Q', {self.sql(expression.expression)}, '\\\\E'))"

    def left_sql(self, expression: exp.Left) -> str:
        """Left of a text."""
        return f"left({self.sql(expression.this)}, cast({self.sql(expression.expression)} as int))"


class Target(Spark):
    """Spark's SQL, of version 4, of what the models mean."""

    class Generator(_Writers):
        """The writers above go before sqlglot's for Spark."""

        TRANSFORMS: ClassVar = {
            kind: write for kind, write in Spark.Generator.TRANSFORMS.items() if f"{kind.key}_sql" not in vars(_Writers)
        }


def _summed(numbers: str) -> str:
    return f"aggregate({numbers}, cast(null as bigint), (total, n) -> coalesce(total + n, total, cast(n as bigint)))"


def _middle(values: str) -> str:
    """The median of a sorted list."""
    size = f"array_size({values})"
    low, high = f"cast(greatest(({size} + 1) div 2, 1) as int)", f"cast({size} div 2 + 1 as int)"
    return f"((try_element_at({values}, {low}) + try_element_at({values}, {high})) / 2)"


def _median(values: str) -> str:
    return f"element_at(transform(array(array_sort({values})), sorted -> {_middle('sorted')}), 1)"


def _is_fraction(expression: exp.Expression) -> bool:
    """Whether it divides, or is worked out in doubles, outside of what it casts to another type."""
    if isinstance(expression, exp.Cast):
        return expression.to.is_type("double")
    if isinstance(expression, (exp.Div, exp.Median, exp.Sqrt)):
        return True
    if isinstance(expression, exp.Literal):
        return not expression.is_string and "." in expression.name
    if isinstance(expression, (exp.Subquery, exp.Round)):
        return False
    return any(_is_fraction(part) for part in expression.iter_expressions())


def _median_deviation(values: str) -> str:
    sorted_values = f"array_sort({values})"
    deviations = f"array_sort(transform(sorted, one -> abs(one - {_middle('sorted')})))"
    return (
        f"element_at(transform(transform(array({sorted_values}), sorted -> {deviations}),"
        f" deviations -> {_middle('deviations')}), 1)"
    )


def _local_time(zone: str, instant: str) -> str:
    return f"convert_timezone('UTC', {zone}, cast({instant} as timestamp_ntz))"


_LOW_BYTES = ", ".join(f"substring(md5({{0}}), {start}, 2)" for start in range(31, 16, -2))

_FUNCTIONS: dict[str, Callable[..., str]] = {
    "json_valid": lambda text: f"(try_parse_json({text}) is not null)",
    "list_sum": _summed,
    "list_concat": lambda *lists: _written("concat", *lists),
    "mad": lambda value: _median_deviation(f"collect_list({value})"),
    "map_values": lambda values: _written("map_values", values),
    "md5_number_lower": lambda text: f"cast(conv(concat({_LOW_BYTES.format(text)}), 16, 10) as decimal(20, 0))",
    "regexp_split_to_array": lambda text, pattern: _written("split", text, pattern),
    # The clocks of a zone at an instant, which `timezone('UTC', …)` made of a time without a zone.
    "timezone": lambda zone, at: at if zone == "'UTC'" else _local_time(zone, at),
    "list_reduce": lambda values, fold: (
        f"aggregate(slice({values}, 2, greatest(array_size({values}) - 1, 0)), try_element_at({values}, 1), {fold})"
    ),
}

# A key, or a value that is no object and no list.
_JSON_VALUES = r"""'"(?:[^"\\\\]|\\\\.)*+"\\s*:|("(?:[^"\\\\]|\\\\.)*+"|-?[0-9][0-9.eE+-]*|true|false|null)'"""

_TYPES = {"VARCHAR": "string", "BIGINT": "bigint", "BOOLEAN": "boolean", "DOUBLE": "double", "JSON": "variant"}


def parsed_json(text: str, structure: object) -> str:
    """Spark's expression of a JSON text in a structure of DuckDB's `from_json`.

    >>> parsed_json("raw", {"a": "VARCHAR", "b": ["BIGINT"]})
    "from_json(raw, 'struct<`a`: string, `b`: array<bigint>>')"
    >>> parsed_json("raw", "VARCHAR")
    "get_json_object(raw, '$')"
    """
    if structure == "VARCHAR":
        return _written("get_json_object", text, "'$'")
    parsed = f"from_json({text}, '{spark_structure(structure)}')"
    if isinstance(structure, list):
        # Spark takes an object for a list of one.
        parsed = f"case when ltrim({text}) like '[%' then {parsed} end"
    return _rebuilt(parsed, structure, 1) if "variant" in spark_structure(structure) else parsed


def spark_structure(structure: object) -> str:
    """The type, for Spark, of a structure of DuckDB's `from_json`.

    >>> spark_structure([{"number": "BIGINT", "any": "JSON"}])
    'array<struct<`number`: bigint, `any`: variant>>'
    >>> spark_structure("MAP(VARCHAR, STRUCT(inputTokens VARCHAR))")
    'map<string, struct<`inputTokens`: string>>'
    """
    if isinstance(structure, dict):
        return f"struct<{', '.join(f'`{name}`: {spark_structure(kind)}' for name, kind in structure.items())}>"
    if isinstance(structure, list):
        return f"array<{spark_structure(structure[0])}>"
    name = str(structure)
    if name in _TYPES:
        return _TYPES[name]
    return spark_type(name)


def spark_type(kind: str) -> str:
    """A type of DuckDB's for Spark.

    >>> spark_type("STRUCT(name VARCHAR, at TIMESTAMP, number UBIGINT)[]")
    'array<struct<`name`: string, `at`: timestamp_ntz, `number`: decimal(20, 0)>>'
    """
    return _nested_type(exp.DataType.build(kind, dialect="duckdb"))


def text_of(text: str | None) -> str:
    """A text for Spark's SQL, `null` where it is none."""
    return exp.Literal.string(text).sql(dialect="spark") if text is not None else "null"


def _nested_type(kind: exp.DataType) -> str:
    if kind.is_type("map"):
        key, value = kind.expressions
        return f"map<{_nested_type(key)}, {_nested_type(value)}>"
    if kind.is_type("struct"):
        return f"struct<{', '.join(f'`{field.name}`: {_nested_type(field.kind)}' for field in kind.expressions)}>"
    if kind.is_type("array", "list"):
        return f"array<{_nested_type(kind.expressions[0])}>"
    return kind.sql(dialect=Target).lower()


def _rebuilt(value: str, structure: object, depth: int) -> str:
    """The same value, with the JSON text of what may be any JSON."""
    if structure == "JSON":
        return _written("to_json", value)
    if isinstance(structure, list):
        return f"transform({value}, one{depth} -> {_rebuilt(f'one{depth}', structure[0], depth + 1)})"
    if isinstance(structure, dict):
        # One element that is transformed, so that the value is worked out once.
        fields = ", ".join(
            f"'{name}', {_rebuilt(f'it{depth}.`{name}`', kind, depth + 1)}" for name, kind in structure.items()
        )
        rebuilt = f"case when it{depth} is not null then named_struct({fields}) end"
        return f"element_at(transform(array({value}), it{depth} -> {rebuilt}), 1)"
    return value


# The end of a text is \z in Java, where $ would also be before a last newline; in (?m) it ends a line in both. A dot is
# all but a newline in RE2.
_JAVA_PATTERN = (
    r"concat('(?d)', case when {0} rlike '^\\(\\?[a-z]*m' then {0}"
    r" else regexp_replace({0}, '(?<!\\\\)\\$(?=[|)]|$)', '\\\\z') end)"
)


def java_pattern(pattern: str) -> str:
    r"""An expression of RE2 for Java.

    >>> java_pattern(r"^a.*[[:space:]$&]$")
    '(?d)^a.*[\\p{Space}$\\&]\\z'
    >>> java_pattern(r"(?m)^x$")
    '(?d)(?m)^x$'
    """
    lines = bool(re.match(r"\(\?[a-z]*m", pattern))
    written, in_class, place = "(?d)", False, 0
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            written += pattern[place : place + 2]
            place += 2
            continue
        if in_class:
            named = re.compile(r"\[:(\w+):\]").match(pattern, place)
            if named:
                written += r"\p{" + named[1].capitalize() + "}"
                place = named.end()
                continue
            in_class = char != "]"
            written += "\\" + char if char in "[&" else char
        else:
            if char == "[":
                in_class = True
                # A bracket that comes first is one of the class.
                for first in ("[^]", "[]", "[^", "["):
                    if pattern.startswith(first, place):
                        written += first.replace("]", "\\]")
                        place += len(first)
                        break
                continue
            written += r"\z" if char == "$" and not lines else char
        place += 1
    return written


def java_replacement(replacement: str) -> str:
    r"""A replacement of RE2 for Java.

    >>> java_replacement(r"\1 for $5")
    '$1 for \\$5'
    """
    return re.sub(r"\\(\d)", r"$\1", replacement.replace("$", "\\$"))


def for_spark(sql: str) -> str:
    """A query of the models as Spark understands it.

    >>> for_spark("select arg_max(a, b) as latest, count(*) as number from t group by all")
    'SELECT max_by(a, case when a is not null then b end) AS latest, COUNT(*) AS number FROM t GROUP BY ALL'
    """
    return _for_spark(parse_one(sql, dialect=Models))


class Step(NamedTuple):
    """A query whose rows are kept under a name until the model is made."""

    name: str
    query: str


_MOST_READ = 100
"""So many tables a query may read, once what it names more than once is written out each time."""


def in_steps(sql: str, model: str) -> tuple[list[Step], str]:
    """The steps that a long query is made in, and the query that is left.

    Spark writes a named query out wherever it is named; of a model whose steps are named often, that takes minutes to
    plan. So those that are named more than once are kept.
    """
    tree = parse_one(sql, dialect=Models)
    named = tree.args.get("with_")
    if named is None or _tables_read(tree) <= _MOST_READ:
        return [], _for_spark(tree)
    steps: list[Step] = []
    left: list[exp.CTE] = []
    for cte in named.expressions:
        if sum(_reads(other, cte.alias) for other in [*named.expressions, _without_with(tree)]) < 2 or _is_import(cte):
            left.append(cte)
            continue
        step = Step(f"{model}__{cte.alias}", _for_spark(_asked_with(cte.this, left)))
        steps.append(step)
        for other in [*named.expressions, tree]:
            for table in other.find_all(exp.Table):
                if table.name == cte.alias and not table.db:
                    table.set("this", exp.to_identifier(step.name))
                    table.set("db", exp.to_identifier("steps"))
                    if not table.alias:
                        table.set("alias", exp.TableAlias(this=exp.to_identifier(cte.alias)))
    return steps, _for_spark(_asked_with(_without_with(tree), left))


def _for_spark(tree: exp.Expression) -> str:
    for select in list(tree.find_all(exp.Select)):
        _unnest(select)
        _without_qualify(select)
    for cte in list(tree.find_all(exp.CTE)):
        _without_union_in_recursion(cte)
    return tree.sql(dialect=Target)


def _tables_read(tree: exp.Expression) -> int:
    read: dict[str, int] = {}
    named = tree.args.get("with_")
    for cte in named.expressions if named else []:
        read[cte.alias] = 1 + sum(read.get(table.name, 1) for table in cte.this.find_all(exp.Table))
    return sum(read.get(table.name, 1) for table in _without_with(tree).find_all(exp.Table))


def _reads(of: exp.Expression, name: str) -> int:
    return sum(table.name == name and not table.db for table in of.find_all(exp.Table))


def _is_import(cte: exp.CTE) -> bool:
    tables = list(cte.this.find_all(exp.Table))
    return len(tables) == 1 and bool(tables[0].db)


def _without_with(tree: exp.Expression) -> exp.Expression:
    alone = tree.copy()
    alone.set("with_", None)
    return alone


def _asked_with(query: exp.Expression, named: list[exp.CTE]) -> exp.Expression:
    """A query with those named ones that it reads, itself or by others of them."""
    asked, wanted = query.copy(), query
    needed: list[exp.CTE] = []
    for cte in reversed(named):
        if _reads(wanted, cte.alias) or any(_reads(other, cte.alias) for other in needed):
            needed.insert(0, cte)
    if needed:
        own = asked.args.get("with_")
        outer = [cte.copy() for cte in needed]
        asked.set("with_", exp.With(expressions=[*outer, *(own.expressions if own else [])]))
    return asked


def _unnest(select: exp.Select) -> None:
    """Lists that the columns of a select unnest stand behind its `from` as a view of their elements."""
    lists: list[exp.Expression] = []
    for column in select.expressions:
        for found in list(column.find_all(exp.Explode, exp.Anonymous)):
            if isinstance(found, exp.Anonymous) and found.name.lower() != "generate_subscripts":
                continue
            of = found.this if isinstance(found, exp.Explode) else found.expressions[0]
            if of.find(exp.AggFunc) or found.find_ancestor(exp.Select) is not select:
                continue
            if of not in lists:
                lists.append(of.copy())
            number = lists.index(of)
            view = f"each{number}"
            if isinstance(found, exp.Explode):
                found.replace(exp.column("unnested", table=view))
            else:
                found.replace(exp.paren(exp.column("unnested_place", table=view) + 1))
    if len(lists) > 1:
        raise ValueError("a select unnests one list: two at once are another thing in DuckDB")
    for number, of in enumerate(lists):
        select.append(
            "laterals",
            exp.Lateral(
                this=exp.Posexplode(this=of),
                view=True,
                alias=exp.TableAlias(
                    this=exp.to_identifier(f"each{number}"),
                    columns=[exp.to_identifier("unnested_place"), exp.to_identifier("unnested")],
                ),
            ),
        )


def _without_qualify(select: exp.Select) -> None:
    """What `qualify` asks becomes a column of a query that another one asks."""
    qualify = select.args.get("qualify")
    if qualify is None:
        return
    select.set("qualify", None)
    outer = {part: select.args.pop(part) for part in ("distinct", "order", "limit", "with_") if select.args.get(part)}
    inner = select.copy()
    inner.append("expressions", exp.alias_(qualify.this.copy(), "is_qualified"))
    star = exp.Star(except_=[exp.column("is_qualified")])
    asked = exp.select(star).from_(inner.subquery("qualified")).where("is_qualified")
    select.args.clear()
    for part, value in {**asked.args, **outer}.items():
        select.set(part, value)


_MOST_STEPS = 90
"""How far a recursive query goes on: Spark ends one with an error after 100 steps."""

_ENDS = (
    f"case when min(step) >= {_MOST_STEPS}"
    f" then cast(raise_error('a chain of more than {_MOST_STEPS} links') as boolean) else true end"
)
"""Whether a row came before the last step; one that did not is an error, since others may come after it."""


def _without_union_in_recursion(cte: exp.CTE) -> None:
    """Recursion that ends when no new row comes goes on for so many steps on Spark, which does not know it.

    What goes round in a circle comes again at each step, and is no new row.
    """
    union = cte.this
    name = cte.alias
    if not isinstance(union, exp.Union) or not union.args.get("distinct"):
        return
    steps = [table for table in union.expression.find_all(exp.Table) if table.name == name and not table.db]
    if not steps:
        return
    first, then = union.this, union.expression
    columns = [exp.column(column) for column in first.named_selects]
    first.append("expressions", exp.alias_(exp.Literal.number(0), "step"))
    then.append("expressions", exp.column("step", table=name) + 1)
    then.where(exp.column("step", table=name) < _MOST_STEPS, copy=False)
    union.set("distinct", False)
    for table in steps:
        table.set("this", exp.to_identifier(f"{name}_steps"))
        if not table.alias:
            table.set("alias", exp.TableAlias(this=exp.to_identifier(name)))
    of_steps = exp.CTE(this=union.copy(), alias=exp.TableAlias(this=exp.to_identifier(f"{name}_steps")))
    ends = parse_one(_ENDS, dialect=Spark)
    cte.set("this", exp.select(*columns).from_(f"{name}_steps").group_by(*columns).having(ends))
    siblings = cte.parent
    if isinstance(siblings, exp.With):
        place = siblings.expressions.index(cte)
        siblings.set("expressions", [*siblings.expressions[:place], of_steps, *siblings.expressions[place:]])
