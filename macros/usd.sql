{#
    Money is decimal and multiplied, never divided, so that no figure is rounded: a count of up to 19 digits times a rate with 10
    decimals times 0.000001 has 16 decimals. DuckDB caps a product at 38 digits and would raise an error beyond; the largest count
    that a log can hold, at a million dollars per million tokens, is 9.2e18 dollars, 35 digits.
#}

{# The type of every money column. #}
{% macro usd_type() -%}
    decimal(38, 16)
{%- endmacro %}

{#
    One of `parts` equal parts of an amount, in whole units of its last decimal, so that the parts sum to it exactly: what does not divide goes
    to the part that `takes_rest`. Arguments: expressions of an amount, of a count above 0, and a condition.
#}
{% macro usd_share(amount, parts, takes_rest) -%}
    cast({{ whole_share(usd_units(amount), parts, takes_rest) }} * 0.0000000000000001 as {{ usd_type() }})
{%- endmacro %}
{% macro whole_share(units, parts, takes_rest) -%}
    cast(
        {{ units }} // {{ parts }} + case when {{ takes_rest }} then {{ units }} % {{ parts }} else 0 end
        as decimal(38, 0)
    )
{%- endmacro %}

{#
    An amount in whole units of its last decimal. By its parts: a product has 38 digits at the most, and to read so many from a text takes
    DuckDB thirty microseconds.
#}
{% macro usd_units(amount) -%}
    (
        cast(floor({{ amount }}) as hugeint) * 10000000000000000
        + cast(
            cast({{ amount }} - floor({{ amount }}) as decimal(20, 16)) * cast(10000000000000000 as decimal(18, 0)) as hugeint
        )
    )
{%- endmacro %}

{# The type of a price, multipliers included: a seed's eight decimals times a multiplier's two. #}
{% macro rate_type() -%}
    decimal(16, 10)
{%- endmacro %}

{# US dollars for a count of tokens. Arguments: an expression of a bigint count, and one of a rate_type() price per million tokens. #}
{% macro usd(tokens, usd_per_mtok) -%}
    cast(cast({{ tokens }} as decimal(19, 0)) * {{ usd_per_mtok }} * 0.000001 as {{ usd_type() }})
{%- endmacro %}

{# US dollars for a count of requests. Arguments: an expression of a bigint count, and one of a rate_type() price per thousand. #}
{% macro usd_per_thousand(requests, usd_per_kcount) -%}
    cast(cast({{ requests }} as decimal(19, 0)) * {{ usd_per_kcount }} * 0.001 as {{ usd_type() }})
{%- endmacro %}

{# An amount as JSON holds it; null where it is none, negative, or of more digits than anybody spends. (The engine may cast before it matches.) #}
{% macro usd_from_json(text) -%}
    cast(case when {{ matches_regex(text, "'^[0-9]{1,9}([.][0-9]+)?(e-[0-9]{1,2})?$'") }} then try_cast({{ text }} as double) end as {{ usd_type() }})
{%- endmacro %}
