{#
    The rules of token buckets (rules 3 and 4 of the numbers), each in one place for both fleets.
    Arguments are expressions of bigint counts; null means unobserved, and all of a call's counts are null together.
#}

{#
    A count (of tokens, requests, milliseconds) as it was landed; null where it cannot be one: negative, or of more than twelve
    digits, which nobody counted and whose sums would not fit. Arguments: an expression of a bigint, and one of the text of the same
    number where it may stand in a second place.
#}
{% macro logged_count(number, second='') -%}
    case when {{ number }} between 0 and 999999999999 then {{ number }}
    {%- if second %} when {{ matches_regex(second, "'^[0-9]{1,12}$'") }} then cast({{ second }} as bigint){% endif %} end
{%- endmacro %}

{# The same of a number as JSON holds it; a fraction is no count and is not rounded to one. Argument: an expression of a text. #}
{% macro count_from_json(text) -%}
    cast(case when {{ matches_regex(text, "'^[0-9]{1,12}$'") }} then {{ text }} end as bigint)
{%- endmacro %}

{#
    The tokens that a model call was given, cached or not: the size of its context. Null where its input is, and of what sums a whole task's calls.
    Beyond what a bigint holds, the largest that it does.
#}
{% macro context_tokens() -%}
    case
        when usage_source <> 'task_telemetry' and input_tokens is not null
            then cast(least(
                cast(input_tokens as decimal(38, 0))
                + coalesce(cache_read_tokens, 0)
                + coalesce(cache_write_5m_tokens, 0)
                + coalesce(cache_write_1h_tokens, 0),
                9223372036854775807
            ) as bigint)
    end
{%- endmacro %}

{# All cache writes: the flat count, which the split says more of but does not change; without it, the split. #}
{% macro cache_writes(total, split_5m, split_1h) -%}
    coalesce({{ total }}, coalesce({{ split_5m }}, 0) + coalesce({{ split_1h }}, 0))
{%- endmacro %}

{#
    Cache writes billed at the 1-hour rate: what the log says so of, and all that it does not say of where an hour was asked for.
    `requested` is the lifetime that was asked for (5m, 1h), if the log has it.
#}
{% macro cache_write_1h(total, split_5m, split_1h, requested='') -%}
    case when coalesce({{ total }}, {{ split_5m }}, {{ split_1h }}) is not null then
        {% if requested -%}
        case
            when {{ requested }} = '1h' then greatest(
                least(coalesce({{ split_1h }}, 0), {{ cache_writes(total, split_5m, split_1h) }}),
                {{ cache_writes(total, split_5m, split_1h) }} - coalesce({{ split_5m }}, 0)
            )
            else least(coalesce({{ split_1h }}, 0), {{ cache_writes(total, split_5m, split_1h) }})
        end
        {%- else -%}
        least(coalesce({{ split_1h }}, 0), {{ cache_writes(total, split_5m, split_1h) }})
        {%- endif %}
    end
{%- endmacro %}

{# Cache writes billed at the 5-minute rate: the rest of the total, so that writes of unknown tier are priced as 5m. #}
{% macro cache_write_5m(total, split_5m, split_1h, requested='') -%}
    {{ cache_writes(total, split_5m, split_1h) }} - {{ cache_write_1h(total, split_5m, split_1h, requested) }}
{%- endmacro %}

{# Whether it is known how long what was written lives: the split is the total, or is less and a lifetime was asked for. #}
{% macro cache_tier_known(total, split_5m, split_1h, requested='') -%}
    (
        coalesce({{ split_5m }}, 0) + coalesce({{ split_1h }}, 0) = {{ cache_writes(total, split_5m, split_1h) }}
        {%- if requested %}
        or (
            coalesce({{ split_5m }}, 0) + coalesce({{ split_1h }}, 0) < {{ total }}
            and coalesce({{ requested }}, '') in ('5m', '1h')
        )
        {%- endif %}
    )
{%- endmacro %}

{# How many cached tokens a call's input is said to hold. #}
{% macro cached_in_input() -%}
    (
        case when cache_read_in_input then coalesce(cache_read_input_tokens, 0) else 0 end
        + case when cache_creation_in_input then coalesce(cache_creation_input_tokens, 0) else 0 end
    )
{%- endmacro %}

{# The whole input of one request, which tells its price tier. #}
{% macro request_tokens() -%}
    coalesce(input_tokens, 0) + coalesce(cache_read_input_tokens, 0) + coalesce(cache_creation_input_tokens, 0)
{%- endmacro %}

{# What went into a request, as one text to compare: all lines of a response have the same. #}
{% macro input_counts(lines) -%}
    concat_ws(
        ' ',
        coalesce({{ lines }}.input_tokens, 0),
        coalesce({{ lines }}.cache_read_input_tokens, 0),
        coalesce({{ lines }}.cache_creation_input_tokens, 0)
    )
{%- endmacro %}

{# Columns of token sums over model calls; the same in turns, tasks, sessions and days. #}
{% macro usage_columns() -%}
    {{ return([
        'input_tokens', 'output_tokens', 'reasoning_tokens', 'cache_read_tokens', 'cache_write_5m_tokens',
        'cache_write_1h_tokens', 'web_search_requests',
    ]) }}
{%- endmacro %}

{% macro cost_columns() -%}
    {{ return([
        'input_cost_usd', 'output_cost_usd', 'cache_read_cost_usd', 'cache_write_cost_usd', 'web_search_cost_usd', 'cost_usd',
    ]) }}
{%- endmacro %}
