with

daily_costs as (

    select * from {{ ref('fct_daily_costs') }}

),

teams as (

    select * from {{ ref('teams') }}

),

team_costs as (

    select
        coalesce(teams.team, 'no team') as team,
        daily_costs.cost_kind,
        cast(sum(daily_costs.model_call_count) as bigint) as model_call_count,
        sum(daily_costs.cost_usd) as cost_usd

    from daily_costs

    left join teams
        on daily_costs.project = teams.project

    group by coalesce(teams.team, 'no team'), daily_costs.cost_kind

)

select * from team_costs
