{#
    The measures that turns, tasks, sessions and days share, so that they sum alike everywhere (rule 9 of the numbers).
    A sum over calls of which none has the number is null: unobserved, not zero.
#}

{# The cost kinds whose calls cost something; the fourth, `free`, has none. Their amounts stand side by side and are never added. #}
{% macro priced_kinds() -%}
    {{ return(['billed', 'subscription', 'unknown']) }}
{%- endmacro %}

{# Aggregates over rows of fct_model_calls. #}
{% macro call_measures() -%}
    count(case when usage_source <> 'task_telemetry' then model_call_id end) as model_call_count,
    count(case when usage_is_final then model_call_id end) as final_usage_call_count,
    count(case when cost_usd is null then model_call_id end) as unpriced_call_count,
    {{ usage_sums() }}
{%- endmacro %}

{# The same over rows of int_hourly_usage. #}
{% macro hour_measures() -%}
    cast(sum(model_call_count) as bigint) as model_call_count,
    cast(sum(final_usage_call_count) as bigint) as final_usage_call_count,
    cast(sum(unpriced_call_count) as bigint) as unpriced_call_count,
    {{ usage_sums() }}
{%- endmacro %}
{% macro usage_sums() -%}
    {% for column in usage_columns() -%}
        cast(sum({{ column }}) as bigint) as {{ column }},
    {% endfor -%}
    cast(sum(cost_usd) as {{ usd_type() }}) as cost_usd,
    {% for kind in priced_kinds() -%}
        cast(sum(case when cost_kind = '{{ kind }}' then cost_usd end) as {{ usd_type() }}) as {{ kind }}_cost_usd
        {{- ',' if not loop.last }}
    {% endfor -%}
{%- endmacro %}

{#
    Whether a call draws on a plan of Claude's: not one of other vendors' models behind Claude Code, nor what is paid for by itself, such as
    fast mode. Argument: the name of a CTE of the models that are Anthropic's.
#}
{% macro plan_sees(models_of_anthropic) -%}
    (
        cost_kind = 'subscription'
        and (fleet = 'claude_code' or provider = 'anthropic_oauth')
        and model in (select {{ models_of_anthropic }}.model from {{ models_of_anthropic }})
    )
{%- endmacro %}

{# Aggregates over rows of fct_tool_calls. #}
{% macro tool_measures() -%}
    count(*) as tool_call_count,
    count(case when is_error then tool_call_id end) as tool_error_count,
    cast(sum(lines_added) as bigint) as lines_added,
    cast(sum(lines_removed) as bigint) as lines_removed
{%- endmacro %}

{# The columns of both, as a mart selects them from the steps `calls` and `tools`; counts of what did not happen are 0. #}
{% macro measure_columns() -%}
    {% for column in usage_columns() -%}
        calls.{{ column }},
    {% endfor -%}
    calls.cost_usd,
    calls.billed_cost_usd,
    calls.subscription_cost_usd,
    calls.unknown_cost_usd,
    coalesce(calls.model_call_count, 0) as model_call_count,
    coalesce(calls.final_usage_call_count, 0) as final_usage_call_count,
    coalesce(calls.unpriced_call_count, 0) as unpriced_call_count,
    coalesce(tools.tool_call_count, 0) as tool_call_count,
    coalesce(tools.tool_error_count, 0) as tool_error_count,
    tools.lines_added,
    tools.lines_removed
{%- endmacro %}
