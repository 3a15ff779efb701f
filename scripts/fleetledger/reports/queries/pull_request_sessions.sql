-- The sessions behind a pull request, and what their calls on its branches cost: those whose log or commits name the
-- pull request $number, those that made a commit of $shas (or of their beginnings), and those with calls on $branch. A
-- session counts with its calls on $branch and on the branches of its tasks that are joined so. The row without a
-- session is all of them.
with

shas as (

    select unnest(cast($shas as varchar[])) as sha

),

by_number as (

    select
        session_id,
        git_branch,
        'pull request' as found_by

    from fct_task_pull_requests

    where pull_request_number = $number

),

by_commit as (

    select
        commits.session_id,
        tasks.git_branch,
        'commit' as found_by

    from fct_task_commits as commits

    inner join shas
        on starts_with(shas.sha, commits.commit_sha) or starts_with(commits.commit_sha, shas.sha)

    inner join fct_tasks as tasks
        on commits.task_id = tasks.task_id

),

by_branch as (

    select distinct
        session_id,
        git_branch,
        'branch' as found_by

    from fct_model_calls

    where git_branch = $branch

),

joined as (

    select * from by_number

    union all

    select * from by_commit

    union all

    select * from by_branch

),

found as (

    select
        session_id,
        list(distinct git_branch) as git_branches,
        string_agg(distinct found_by, ', ' order by found_by) as found_by

    from joined

    group by session_id

),

calls as (

    select
        calls.*,
        found.found_by

    from fct_model_calls as calls

    inner join found
        on calls.session_id = found.session_id

    where
        (calls.git_branch is null or list_contains(found.git_branches, calls.git_branch) or len(found.git_branches) = 0)
        and ($fleet is null or calls.fleet = $fleet)
        and ($host is null or calls.host = $host)
        and ($account is null or calls.account = $account)
        and ($project is null or contains(lower(calls.project), lower($project)))
        and ($model is null or contains(lower(calls.model), lower($model)))
        and ($since_at is null or calls.called_at >= $since_at)
        and ($until_at is null or calls.called_at < $until_at)

)

select
    calls.session_id,
    any_value(calls.project) as project,
    any_value(calls.found_by) as found_by,
    any_value(sessions.outcome_class) as outcome_class,
    count(*) filter (where calls.usage_source <> 'task_telemetry') as model_call_count,
    count(*) filter (where calls.cost_usd is null) as unpriced_call_count,
    sum(calls.input_tokens) as input_tokens,
    sum(calls.output_tokens) as output_tokens,
    sum(calls.cache_read_tokens) as cache_read_tokens,
    sum(calls.cache_write_5m_tokens) as cache_write_5m_tokens,
    sum(calls.cache_write_1h_tokens) as cache_write_1h_tokens,
    sum(calls.cost_usd) filter (where calls.cost_kind = 'billed') as billed_cost_usd,
    sum(calls.cost_usd) filter (where calls.cost_kind = 'subscription') as subscription_cost_usd,
    sum(calls.cost_usd) filter (where calls.cost_kind = 'unknown') as unknown_cost_usd

from calls

left join fct_sessions as sessions
    on calls.session_id = sessions.session_id

group by rollup(calls.session_id)

order by
    grouping(calls.session_id) asc,
    min(calls.called_at) asc,
    calls.session_id asc
