-- What the published file holds beside the marts: questions that come first, and how an amount is written. Days are
-- those of the build (build_info.reporting_timezone). Amounts of different cost kinds stand in rows of their own.
create view spend_by_day as
select
    called_on,
    cost_kind,
    project,
    model,
    model_call_count,
    unpriced_call_count,
    cost_usd

from fct_daily_costs;

comment on view spend_by_day is
'What each day''s calls cost, by kind of money, project and model; money only where cost_kind is billed.';

create view today as
select
    cost_kind,
    sum(model_call_count) as model_call_count,
    sum(unpriced_call_count) as unpriced_call_count,
    sum(cost_usd) as cost_usd

from fct_daily_costs

where called_on = (select cast(timezone(build.reporting_timezone, now()) as date) from build_info as build)

group by cost_kind;

comment on view today is
'What today''s calls cost so far, as of the last refresh, by kind of money. Grain: cost_kind.';

create view sessions_recent as
select
    session_id,
    project,
    title,
    git_branch,
    coalesce(ended_at, started_at) as last_active_at,
    outcome_class,
    model_call_count,
    unpriced_call_count,
    billed_cost_usd,
    subscription_cost_usd,
    unknown_cost_usd

from fct_sessions

where coalesce(ended_at, started_at) >= (select build.as_of - interval 30 days from build_info as build)

order by last_active_at desc;

comment on view sessions_recent is
'Sessions of the last 30 days up to the newest line, the newest first. Grain: session_id.';

create macro usd(amount) as
case when amount is null then '-' else format('${:,.2f}', cast(amount as double)) end;
