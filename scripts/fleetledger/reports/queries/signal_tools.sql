-- How tools were used, and where they ran in circles, by each of $groupings.
with

models as (

    select session_id from fct_model_calls

    where
        $model is not null
        and contains(lower(model), lower($model))

),

session_models as (

    select
        session_id,
        max_by(model, row(called_at, model_call_id)) filter (where called_at is not null) as model

    from fct_model_calls

    where list_contains(flatten(cast($groupings as varchar[][])), 'model')

    group by session_id

),

filtered as (

    select
        fct_tool_habits.*,
        session_models.model

    from fct_tool_habits

    left join session_models
        on fct_tool_habits.session_id = session_models.session_id

    where
        ($fleet is null or fct_tool_habits.fleet = $fleet)
        and ($host is null or fct_tool_habits.host = $host)
        and ($account is null or fct_tool_habits.account = $account)
        and ($project is null or contains(lower(fct_tool_habits.project), lower($project)))
        and ($model is null or fct_tool_habits.session_id in (select models.session_id from models))
        and ($since is null or fct_tool_habits.first_called_on >= $since)
        and ($until is null or fct_tool_habits.first_called_on <= $until)

),

groupings as (

    select unnest(cast($groupings as varchar[][])) as keys

),

keyed as (

    select
        groupings.keys,
        case
            when list_contains(groupings.keys, 'month') then date_trunc('month', filtered.first_called_on)
        end as month,
        case
            when list_contains(groupings.keys, 'week') then date_trunc('week', filtered.first_called_on)
        end as week,
        case when list_contains(groupings.keys, 'project') then filtered.project end as project,
        case when list_contains(groupings.keys, 'model') then filtered.model end as model,
        case when list_contains(groupings.keys, 'tool_name') then filtered.tool_name end as tool_name,
        filtered.session_id,
        filtered.tool_call_count,
        filtered.answered_call_count,
        filtered.tool_error_count,
        filtered.longest_error_streak,
        filtered.repeated_command_count,
        filtered.edit_loop_count

    from groupings

    left join filtered
        on true

)

select
    keys,
    month,
    week,
    project,
    model,
    tool_name,
    cast(sum(tool_call_count) as bigint) as tool_calls,
    cast(sum(answered_call_count) as bigint) as answered_calls,
    cast(sum(tool_error_count) as bigint) as failed_calls,
    max(longest_error_streak) as longest_error_streak,
    cast(sum(repeated_command_count) as bigint) as repeated_commands,
    cast(sum(edit_loop_count) as bigint) as edit_loops

from keyed

group by all

having count(session_id) > 0 or len(keys) = 0

order by
    month asc nulls last,
    week asc nulls last,
    tool_calls desc nulls last,
    project asc,
    model asc,
    tool_name asc
