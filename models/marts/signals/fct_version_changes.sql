with

sessions as (

    select * from {{ ref('int_session_versions') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

versions as (

    select
        fleet,
        changed_what,
        version_name,
        -- Models are compared within their family: what is left of a name without its numbers.
        case
            when changed_what = 'model' then regexp_replace(version_name, '[-@:._]?[0-9][0-9a-z.]*', '', 'g') else ''
        end as family,
        min(started_at) as first_used_at,
        max(started_at) as last_used_at,
        count(*) as session_count,
        cast(median(tokens) as bigint) as median_tokens,
        median(billed_cost_usd) as median_billed_cost_usd,
        median(subscription_cost_usd) as median_subscription_cost_usd,
        sum(tool_call_count) as tool_call_count,
        sum(tool_error_count) as tool_error_count,
        sum(ended_call_count) as ended_call_count,
        sum(degraded_call_count) as degraded_call_count,
        count(case when outcome_result in ('success', 'failure') then 1 end) as decided_session_count,
        count(case when outcome_result = 'success' then 1 end) as successful_session_count

    from sessions

    group by fleet, changed_what, version_name

),

-- Versions of a client are in order by their numbers, models of a family by when they were first used.
ordered as (

    select
        *,
        {% for share, part, whole in version_shares() %}
            lag({{ part }}) over in_order as previous_{{ part }},
            lag({{ whole }}) over in_order as previous_{{ whole }},
        {% endfor %}
        lag(version_name) over in_order as previous_version_name,
        lag(session_count) over in_order as previous_session_count,
        lag(median_tokens) over in_order as previous_median_tokens,
        lag(median_billed_cost_usd) over in_order as previous_median_billed_cost_usd,
        lag(median_subscription_cost_usd) over in_order as previous_median_subscription_cost_usd

    from versions

    window
        in_order as (
            partition by fleet, changed_what, family
            order by
                case when changed_what = 'client_version' then {{ version_key('version_name') }} end,
                first_used_at,
                version_name
        )

),

bounded as (

    select
        {% for share, part, whole in version_shares() %}
            {{ wilson(part, whole, '-') }} as {{ share }}_low,
            {{ wilson(part, whole, '+') }} as {{ share }}_high,
            {{ wilson('previous_' ~ part, 'previous_' ~ whole, '-') }} as previous_{{ share }}_low,
            {{ wilson('previous_' ~ part, 'previous_' ~ whole, '+') }} as previous_{{ share }}_high,
        {% endfor %}
        *

    from ordered

),

judged as (

    select
        fleet,
        changed_what,
        version_name,
        previous_version_name,
        first_used_at,
        last_used_at,
        session_count,
        previous_session_count,
        {% for share, part, whole in version_shares() %}
            cast({{ part }} as bigint) as {{ part }},
            cast({{ whole }} as bigint) as {{ whole }},
            {{ share }}_low,
            {{ share }}_high,
            previous_{{ share }}_low,
            previous_{{ share }}_high,
            case
                when
                    session_count < {{ threshold('version_sessions') }}
                    or previous_session_count is null
                    or previous_session_count < {{ threshold('version_sessions') }}
                    or {{ share }}_low is null
                    or previous_{{ share }}_low is null
                    then 'too_few'
                when {{ share }}_low > previous_{{ share }}_high then 'more'
                when {{ share }}_high < previous_{{ share }}_low then 'less'
                else 'same'
            end as {{ share }}_change,
        {% endfor %}
        median_tokens,
        previous_median_tokens,
        cast(median_billed_cost_usd as {{ usd_type() }}) as median_billed_cost_usd,
        cast(previous_median_billed_cost_usd as {{ usd_type() }}) as previous_median_billed_cost_usd,
        cast(median_subscription_cost_usd as {{ usd_type() }}) as median_subscription_cost_usd,
        cast(previous_median_subscription_cost_usd as {{ usd_type() }}) as previous_median_subscription_cost_usd

    from bounded

)

select * from judged
