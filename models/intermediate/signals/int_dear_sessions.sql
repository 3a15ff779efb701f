with

sessions as (

    select * from {{ ref('fct_sessions') }}

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

-- Kinds of money are never compared: each has its own rank.
ranked as (

    {% for kind in priced_kinds() %}
        select
            session_id,
            '{{ kind }}' as cost_kind,
            {{ kind }}_cost_usd as cost_usd,
            percent_rank() over (order by {{ kind }}_cost_usd) as cheaper_share

        from sessions

        where {{ kind }}_cost_usd > 0

        {{ 'union all' if not loop.last }}

    {% endfor %}
),

dear as (

    select * from ranked

    where
        cheaper_share >= {{ threshold('dear_share') }}
        and cost_usd >= {{ threshold('dear_least') }}

)

select * from dear
