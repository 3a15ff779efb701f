with

requests as (

    select * from {{ ref('fct_reconciliation') }}

),

points as (

    select * from {{ ref('int_telemetry_points') }}

),

hazards as (

    select * from {{ ref('telemetry_hazards') }}

),

by_session as (

    select
        session_id,
        min(host) as host,
        min(client_version) as client_version,
        min(requested_at) as first_request_at,
        count(call_key) as transcript_call_count,
        count(telemetry_request_id) as telemetry_request_count,
        {% for verdict in telemetry_verdicts() %}
            count(case when verdict = '{{ verdict }}' then 1 end) as {{ verdict }}_count,
        {% endfor %}
        sum(transcript_cost_usd) as transcript_cost_usd,
        sum(telemetry_cost_usd) as telemetry_cost_usd,
        sum(case when verdict = 'telemetry_only' then telemetry_cost_usd end) as hidden_cost_usd

    from requests

    -- What names no session is of none.
    where session_id is not null

    group by session_id

),

point_sums as (

    select
        session_id,
        sum(case when metric_name = 'claude_code.cost.usage' then added_value end) as metric_cost_usd,
        sum(
            case when metric_name = 'claude_code.token.usage' and point_type = 'output' then added_value end
        ) as metric_output_tokens

    from points

    group by session_id

),

compared as (

    select
        by_session.session_id,
        by_session.host,
        by_session.client_version,
        by_session.first_request_at,
        {{ reporting_date('by_session.first_request_at') }} as first_request_on,
        by_session.transcript_call_count,
        by_session.telemetry_request_count,
        {% for verdict in telemetry_verdicts() %}
            by_session.{{ verdict }}_count,
        {% endfor %}
        cast(by_session.transcript_cost_usd as {{ usd_type() }}) as transcript_cost_usd,
        cast(by_session.telemetry_cost_usd as {{ usd_type() }}) as telemetry_cost_usd,
        cast(by_session.hidden_cost_usd as {{ usd_type() }}) as hidden_cost_usd,
        cast(point_sums.metric_cost_usd as {{ usd_type() }}) as metric_cost_usd,
        cast(point_sums.metric_output_tokens as bigint) as metric_output_tokens,
        case
            when by_session.telemetry_request_count = 0 and point_sums.session_id is null then 'no_telemetry'
            when by_session.telemetry_request_count = 0 then 'no_events'
            when point_sums.metric_cost_usd is null then 'no_metrics'
            when
                abs(by_session.telemetry_cost_usd - cast(point_sums.metric_cost_usd as {{ usd_type() }}))
                > 0.000001 * by_session.telemetry_request_count
                then 'metrics_and_events_differ'
            when by_session.transcript_only_count > 0 then 'events_missing'
        end as gap

    from by_session

    left join point_sums
        on by_session.session_id = point_sums.session_id

),

-- The first of a version's hazards that explains a gap.
explained as (

    select
        compared.*,
        hazards.hazard

    from compared

    left join hazards
        on compared.gap = hazards.verdict
        and {{ version_key('compared.client_version') }} >= {{ version_key('hazards.first_version') }}
        and {{ version_key('compared.client_version') }} <= {{ version_key('hazards.last_version') }}

    qualify row_number() over (
        partition by compared.session_id
        order by hazards.hazard asc nulls last
    ) = 1

)

select * from explained
