-- Tasks that a dearer model did than tasks of their kind needed: one at least as good at that kind, on record, costs
-- less for the same tokens. A kind is the project, who works (a session or a type of agent), whether files were edited,
-- and how many calls of tools it took. Good are tasks that succeeded, were answered or handed over, bad those that
-- failed; of one that a person stopped, or that ends in the middle, nothing tells. A model is compared from
-- $least_tasks such tasks on. What the dearer failed at is no finding, and what other rules found in a task is taken
-- off first.
with

calls as (

    select
        *,
        greatest(
            input_tokens
            + coalesce(cache_read_tokens, 0)
            + coalesce(cache_write_5m_tokens, 0)
            + coalesce(cache_write_1h_tokens, 0),
            1
        ) as tier_tokens

    from fct_model_calls

    where
        cost_kind <> 'free'
        and cost_usd is not null
        and usage_source <> 'task_telemetry'

),

written as (

    select
        task_id,
        model,
        sum(output_tokens) as output_tokens

    from calls

    group by
        task_id,
        model

),

-- The model that wrote the most of it.
task_models as (

    select
        task_id,
        max_by(model, output_tokens) as model

    from written

    group by task_id

),

edited as (

    select distinct task_id

    from fct_tool_calls

    where
        tool_kind in ('edit', 'write')
        and not coalesce(is_error, false)

),

tasks as (

    select
        fct_tasks.task_id,
        fct_tasks.project,
        task_models.model,
        case when fct_tasks.is_subagent then delegations.subagent_type else 'session' end as who,
        edited.task_id is not null as edits,
        case
            when fct_tasks.tool_call_count <= 10 then 'up to 10'
            when fct_tasks.tool_call_count <= 50 then '11 to 50'
            else 'over 50'
        end as tool_calls,
        classes.outcome_result = 'success' or fct_tasks.outcome_class in ('answered', 'handed_over') as went_well,
        classes.outcome_result = 'failure' as went_badly,
        ($fleet is null or fct_tasks.fleet = $fleet)
        and ($host is null or fct_tasks.host = $host)
        and ($account is null or fct_tasks.account = $account)
        and ($project is null or contains(lower(fct_tasks.project), lower($project)))
        and ($model is null or contains(lower(task_models.model), lower($model)))
        and ($since_at is null or fct_tasks.ended_at >= $since_at)
        and ($until_at is null or fct_tasks.ended_at < $until_at) as is_asked_for

    from fct_tasks

    inner join task_models
        on fct_tasks.task_id = task_models.task_id

    inner join dim_outcome_classes as classes
        on fct_tasks.outcome_class = classes.outcome_class

    left join fct_delegations as delegations
        on fct_tasks.task_id = delegations.task_id

    left join edited
        on fct_tasks.task_id = edited.task_id

    -- What the client starts for itself nobody chooses a model for.
    where coalesce(delegations.result_use, '') <> 'client'

),

records as (

    select
        project,
        who,
        edits,
        tool_calls,
        model,
        count(*) filter (where went_well or went_badly) as known_tasks,
        count(*) filter (where went_well) as good_tasks

    from tasks

    group by
        project,
        who,
        edits,
        tool_calls,
        model

    having count(*) filter (where went_well or went_badly) >= $least_tasks

),

wasted as (

    select
        task_id,
        cost_kind,
        sum(cost_usd) as cost_usd

    from fct_waste

    group by
        task_id,
        cost_kind

),

otherwise as (

    select
        tasks.task_id,
        tasks.project,
        tasks.who,
        tasks.edits,
        tasks.tool_calls,
        tasks.model,
        dearer.known_tasks,
        dearer.good_tasks,
        others.model as other_model,
        others.known_tasks as other_known_tasks,
        others.good_tasks as other_good_tasks,
        calls.session_id,
        calls.cost_kind,
        sum(calls.cost_usd) as cost_usd,
        sum(
            (
                calls.input_tokens * rates.input_usd_per_mtok
                + calls.output_tokens * rates.output_usd_per_mtok
                + coalesce(calls.cache_read_tokens, 0) * rates.cache_read_usd_per_mtok
                + coalesce(calls.cache_write_5m_tokens, 0) * rates.cache_write_5m_usd_per_mtok
                + coalesce(calls.cache_write_1h_tokens, 0) * rates.cache_write_1h_usd_per_mtok
            )
            * 0.000001
            + coalesce(calls.web_search_requests, 0) * rates.web_search_usd_per_kcount * 0.001
        ) as otherwise_usd,
        count(*) = count(rates.rate_id) as is_whole

    from tasks

    inner join records as dearer
        on tasks.project is not distinct from dearer.project
        and tasks.who = dearer.who
        and tasks.edits = dearer.edits
        and tasks.tool_calls = dearer.tool_calls
        and tasks.model = dearer.model

    inner join records as others
        on tasks.project is not distinct from others.project
        and tasks.who = others.who
        and tasks.edits = others.edits
        and tasks.tool_calls = others.tool_calls
        and dearer.model <> others.model
        and others.good_tasks * dearer.known_tasks >= dearer.good_tasks * others.known_tasks

    inner join calls
        on tasks.task_id = calls.task_id
        and tasks.model = calls.model

    left join dim_possible_rates as rates
        on calls.provider is not distinct from rates.provider
        and others.model = rates.model
        and calls.speed is not distinct from rates.speed
        and calls.service_tier is not distinct from rates.service_tier
        and calls.inference_geo is not distinct from rates.inference_geo
        and cast(calls.called_at as date) >= rates.valid_from
        and cast(calls.called_at as date) < rates.valid_to
        and calls.tier_tokens > rates.tier_start
        and calls.tier_tokens <= rates.tier_end

    where
        tasks.is_asked_for
        and not tasks.went_badly

    group by all

),

-- Of a kind's models that would have done, the one that would have cost least.
saved as (

    select
        otherwise.task_id,
        otherwise.project,
        otherwise.who,
        otherwise.edits,
        otherwise.tool_calls,
        otherwise.model,
        otherwise.known_tasks,
        otherwise.good_tasks,
        otherwise.other_model,
        otherwise.other_known_tasks,
        otherwise.other_good_tasks,
        otherwise.session_id,
        otherwise.cost_kind,
        otherwise.cost_usd,
        (otherwise.cost_usd - otherwise.otherwise_usd)
        * greatest(otherwise.cost_usd - coalesce(wasted.cost_usd, 0), 0)
        / otherwise.cost_usd as saving_usd

    from otherwise

    left join wasted
        on otherwise.task_id = wasted.task_id
        and otherwise.cost_kind = wasted.cost_kind

    where
        otherwise.is_whole
        and otherwise.otherwise_usd < otherwise.cost_usd

    qualify row_number() over (
        partition by otherwise.task_id, otherwise.cost_kind
        order by otherwise.otherwise_usd asc, otherwise.other_model asc
    ) = 1

)

select
    project,
    who,
    edits,
    tool_calls,
    model,
    good_tasks,
    known_tasks,
    other_model,
    other_good_tasks,
    other_known_tasks,
    cost_kind,
    count(*) as findings,
    count(distinct session_id) as sessions,
    cast(sum(cost_usd) as decimal(38, 16)) as recorded_usd,
    cast(sum(saving_usd) as decimal(38, 16)) as cost_usd

from saved

group by all

order by
    cost_usd desc,
    project asc,
    who asc,
    model asc,
    cost_kind asc,
    edits asc,
    tool_calls asc
