with

daily_costs as (

    select * from {{ ref('fct_daily_costs') }}

    where called_on is not null

),

thresholds as (

    select * from {{ ref('signal_thresholds') }}

),

by_value as (

    {% for dimension in ['project', 'model'] %}
        select
            called_on,
            '{{ dimension }}' as dimension,
            coalesce({{ dimension }}, '') as dimension_value,
            cost_kind,
            sum(cost_usd) as cost_usd,
            sum(model_call_count) as model_call_count,
            sum(input_tokens + output_tokens + coalesce(cache_read_tokens, 0)) as tokens

        from daily_costs

        group by called_on, coalesce({{ dimension }}, ''), cost_kind

        {{ 'union all' if not loop.last }}

    {% endfor %}
),

measured as (

    select
        called_on,
        dimension,
        dimension_value,
        cost_kind,
        model_call_count,
        'cost_usd' as measure,
        cast(cost_usd as double) as measured_value

    from by_value

    where cost_usd is not null

    union all

    select
        called_on,
        dimension,
        dimension_value,
        cost_kind,
        model_call_count,
        'model_call_count' as measure,
        cast(model_call_count as double) as measured_value

    from by_value

    union all

    select
        called_on,
        dimension,
        dimension_value,
        cost_kind,
        model_call_count,
        'tokens_per_call' as measure,
        cast(tokens as double) / nullif(model_call_count, 0) as measured_value

    from by_value

    where tokens is not null and model_call_count > 0

),

-- A day is held against the days of use in the four weeks before it, of which it is none.
against as (

    select
        *,
        count(*) over before_it as history_day_count,
        median(measured_value) over before_it as median_value,
        {{ median_deviation('measured_value') }} over before_it as median_deviation

    from measured

    window
        before_it as (
            partition by dimension, dimension_value, cost_kind, measure
            order by called_on
            range between interval 28 days preceding and interval 1 day preceding
        )

),

-- Where nearly all days are alike, a twentieth of the median stands for how far they lie apart.
scored as (

    select
        *,
        0.6745 * (measured_value - median_value)
        / nullif(greatest(median_deviation, 0.05 * abs(median_value)), 0) as robust_z

    from against

),

parts as (

    {% for dimension, other in [('project', 'model'), ('model', 'project')] %}
        select
            called_on,
            '{{ dimension }}' as dimension,
            coalesce({{ dimension }}, '') as dimension_value,
            cost_kind,
            coalesce({{ other }}, '') as part_value,
            sum(cost_usd) as part_usd,
            sum(model_call_count) as part_call_count

        from daily_costs

        group by called_on, coalesce({{ dimension }}, ''), cost_kind, coalesce({{ other }}, '')

        {{ 'union all' if not loop.last }}

    {% endfor %}
),

largest as (

    select
        called_on,
        dimension,
        dimension_value,
        cost_kind,
        max_by(
            part_value,
            lpad(cast(cast(coalesce(part_usd, part_call_count) as {{ usd_type() }}) as string), 40, '0') || part_value
        ) as largest_part,
        cast(
            max(coalesce(part_usd, part_call_count)) / nullif(sum(coalesce(part_usd, part_call_count)), 0) as double
        ) as largest_part_share

    from parts

    group by called_on, dimension, dimension_value, cost_kind

),

anomalies as (

    select
        scored.called_on,
        scored.dimension,
        scored.dimension_value,
        scored.cost_kind,
        scored.measure,
        cast(scored.model_call_count as bigint) as model_call_count,
        scored.measured_value,
        scored.median_value,
        scored.history_day_count,
        scored.robust_z,
        case when scored.robust_z > 0 then 'high' else 'low' end as direction,
        largest.largest_part,
        largest.largest_part_share

    from scored

    inner join largest
        on scored.called_on = largest.called_on
        and scored.dimension = largest.dimension
        and scored.dimension_value = largest.dimension_value
        and scored.cost_kind = largest.cost_kind

    where
        scored.history_day_count >= {{ threshold('anomaly_days') }}
        and scored.model_call_count >= {{ threshold('anomaly_calls') }}
        and abs(scored.robust_z) >= {{ threshold('anomaly_z') }}

)

select * from anomalies
