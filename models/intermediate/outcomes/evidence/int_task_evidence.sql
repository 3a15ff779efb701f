with

tasks as (

    select * from {{ ref('int_tasks') }}

),

edits as (

    select * from {{ ref('int_file_edits') }}

),

task_commits as (

    select * from {{ ref('int_task_commits') }}

),

commit_claims as (

    select * from {{ ref('int_commit_claims') }}

),

pull_requests as (

    select * from {{ ref('int_task_pull_requests') }}

),

checks as (

    select * from {{ ref('int_checks') }}

),

repositories as (

    select * from {{ ref('int_task_repositories') }}

),

ends as (

    select * from {{ ref('int_claude_code_task_ends') }}

),

change_claims as (

    select * from {{ ref('change_claims') }}

),

-- What a session's sub-agents did is its main thread's doing, too.
scopes as (

    select
        task_id,
        task_id as evidence_task_id

    from tasks

    union all

    select
        root_task_id as task_id,
        task_id as evidence_task_id

    from tasks

    where root_task_id <> task_id

),

edit_sums as (

    select
        scopes.task_id,
        count(case when edits.edited_by = 'tool' then 1 end) as edit_count,
        count(distinct edits.file_path) as edited_file_count,
        count(case when edits.edited_by = 'command' then 1 end) as writing_command_count,
        min(edits.edited_at) as first_edited_at,
        max(case when edits.edited_by = 'tool' then edits.edited_at end) as last_edited_at

    from scopes

    inner join edits
        on scopes.evidence_task_id = edits.task_id

    group by scopes.task_id

),

commits_at_hand as (

    select
        scopes.task_id,
        task_commits.task_commit_id,
        case task_commits.join_kind
            when 'sha' then 1
            when 'log' then 1
            when 'trailer' then 2
            when 'subject' then 3
            else 4
        end as join_rank

    from scopes

    inner join task_commits
        on scopes.evidence_task_id = task_commits.task_id

    union all

    -- What a sub-agent edited, the thread that started it commits.
    select
        tasks.task_id,
        task_commits.task_commit_id,
        5 as join_rank

    from tasks

    inner join edit_sums
        on tasks.task_id = edit_sums.task_id

    inner join task_commits
        on tasks.root_task_id = task_commits.task_id
        and edit_sums.first_edited_at <= task_commits.committed_at

    where
        tasks.root_task_id <> tasks.task_id
        and edit_sums.edit_count > 0

),

-- Of a commit that was amended away only the one that took its place counts.
commit_sums as (

    select
        commits_at_hand.task_id,
        count(*) as commit_count,
        count(case when task_commits.join_kind <> 'log' then 1 end) as collected_commit_count,
        count(case when task_commits.reached_default_branch then 1 end) as default_commit_count,
        count(case when task_commits.is_reverted then 1 end) as reverted_commit_count,
        count(case when task_commits.is_on_a_branch and not task_commits.is_reverted then 1 end)
            as standing_commit_count,
        coalesce(count(*) = count(task_commits.file_count) and max(task_commits.file_count) = 0, false)
            as diff_is_empty,
        min(commits_at_hand.join_rank) as commit_join_rank,
        min(
            case when task_commits.reached_default_branch or task_commits.is_reverted then commits_at_hand.join_rank end
        ) as default_join_rank,
        max(
            case
                when commit_claims.missing_file_count = commit_claims.claimed_file_count
                    then commit_claims.missing_file
            end
        ) as missing_file,
        max(commit_claims.mu_missing_file) as mu_missing_file

    from commits_at_hand

    inner join task_commits
        on commits_at_hand.task_commit_id = task_commits.task_commit_id

    left join commit_claims
        on task_commits.host = commit_claims.host
        and task_commits.repository = commit_claims.repository
        and task_commits.commit_sha = commit_claims.commit_sha

    where coalesce(task_commits.is_on_a_branch, true)

    group by commits_at_hand.task_id

),

pull_request_sums as (

    select
        scopes.task_id,
        count(*) as pull_request_count,
        count(case when pull_requests.state = 'merged' then 1 end) as merged_pull_request_count,
        count(case when pull_requests.is_told_merged then 1 end) as told_merged_pull_request_count,
        min(
            case
                when pull_requests.is_told and not pull_requests.is_known_to_exist
                    then pull_requests.pull_request_url
            end
        ) as missing_pull_request_url,
        count(pull_requests.state) as collected_pull_request_count,
        count(case when pull_requests.check_result = 'fail' then 1 end) as failed_pull_request_count,
        count(case when pull_requests.check_result = 'format' then 1 end) as format_pull_request_count,
        count(case when pull_requests.check_result = 'pass' then 1 end) as passed_pull_request_count

    from scopes

    inner join pull_requests
        on scopes.evidence_task_id = pull_requests.task_id

    group by scopes.task_id

),

-- Of each kind of check the last run that tells.
last_checks as (

    select
        scopes.task_id,
        checks.check_kind,
        max_by(
            checks.check_result,
            case when checks.check_result <> 'unclear' then {{ time_key('checks.checked_at') }} || checks.check_id end
        ) as check_result,
        max(case when checks.check_result <> 'unclear' then checks.checked_at end) as checked_at,
        max(checks.checked_at) as last_run_at

    from scopes

    inner join checks
        on scopes.evidence_task_id = checks.task_id

    group by
        scopes.task_id,
        checks.check_kind

    having count(case when checks.check_result <> 'unclear' then 1 end) > 0

),

compared_checks as (

    select
        last_checks.task_id,
        last_checks.check_kind,
        last_checks.check_kind = 'format' as is_of_format,
        last_checks.check_result = 'pass' as passes,
        last_checks.checked_at >= coalesce(edit_sums.last_edited_at, last_checks.checked_at) as is_current,
        -- A later run that does not tell may have been the one that passed.
        last_checks.checked_at = last_checks.last_run_at as is_last_run

    from last_checks

    left join edit_sums
        on last_checks.task_id = edit_sums.task_id

),

check_sums as (

    select
        task_id,
        min(case when not is_of_format and not passes and is_current and is_last_run then check_kind end)
            as failed_check_kind,
        max(is_of_format and not passes and is_current and is_last_run) as format_fails,
        count(case when not passes then 1 end) as failed_check_count,
        count(case when passes and not is_of_format then 1 end) as passed_check_count,
        max(case when passes and not is_of_format then check_kind end) as passed_check_kind,
        max(passes and not is_of_format and is_current) as a_pass_is_current

    from compared_checks

    group by task_id

),

collected_tasks as (

    select
        task_id,
        max(is_collected) as repository_is_collected

    from repositories

    group by task_id

),

answers as (

    select
        ends.thread_id as task_id,
        ends.answer_text is not null as has_answer,
        max(coalesce({{ matches_regex('ends.answer_text', 'change_claims.claim_pattern') }}, false)) as claims_a_change

    from ends

    cross join change_claims

    group by
        ends.thread_id,
        ends.answer_text is not null

),

evidence as (

    select
        tasks.task_id,
        tasks.root_task_id,
        tasks.fleet,
        tasks.is_subagent,
        tasks.exit_reason,
        tasks.mu_exit_reason,

        coalesce(edit_sums.edit_count, 0) as edit_count,
        coalesce(edit_sums.edited_file_count, 0) as edited_file_count,
        coalesce(edit_sums.writing_command_count, 0) as writing_command_count,

        coalesce(commit_sums.commit_count, 0) as commit_count,
        coalesce(commit_sums.default_commit_count, 0) as default_commit_count,
        coalesce(commit_sums.reverted_commit_count, 0) as reverted_commit_count,
        coalesce(commit_sums.standing_commit_count, 0) as standing_commit_count,
        coalesce(commit_sums.diff_is_empty, false) as diff_is_empty,
        commit_sums.commit_join_rank,
        commit_sums.default_join_rank,
        commit_sums.missing_file,
        commit_sums.mu_missing_file,

        coalesce(pull_request_sums.pull_request_count, 0) as pull_request_count,
        coalesce(pull_request_sums.merged_pull_request_count, 0) as merged_pull_request_count,
        coalesce(pull_request_sums.told_merged_pull_request_count, 0) as told_merged_pull_request_count,
        pull_request_sums.missing_pull_request_url,
        case
            when pull_request_sums.failed_pull_request_count > 0 then 'fail'
            when pull_request_sums.format_pull_request_count > 0 then 'format'
            when pull_request_sums.passed_pull_request_count > 0 then 'pass'
        end as ci_result,

        check_sums.failed_check_kind,
        coalesce(check_sums.format_fails, false) as format_fails,
        coalesce(check_sums.failed_check_count, 0) as failed_check_count,
        coalesce(check_sums.passed_check_count, 0) as passed_check_count,
        check_sums.passed_check_kind,
        coalesce(check_sums.a_pass_is_current, false) as a_pass_is_current,

        coalesce(answers.has_answer, false) as has_answer,
        coalesce(answers.claims_a_change, false) as claims_a_change,
        case
            when pull_request_sums.collected_pull_request_count > 0 then 'forge'
            when collected_tasks.repository_is_collected or commit_sums.collected_commit_count > 0 then 'git'
            when
                edit_sums.task_id is not null
                or commit_sums.task_id is not null
                or check_sums.task_id is not null
                or answers.has_answer
                or (tasks.fleet = 'mu' and tasks.active_ms > 0)
                then 'logs'
            else 'none'
        end as evidence_coverage

    from tasks

    left join edit_sums
        on tasks.task_id = edit_sums.task_id

    left join commit_sums
        on tasks.task_id = commit_sums.task_id

    left join pull_request_sums
        on tasks.task_id = pull_request_sums.task_id

    left join check_sums
        on tasks.task_id = check_sums.task_id

    left join collected_tasks
        on tasks.task_id = collected_tasks.task_id

    left join answers
        on tasks.task_id = answers.task_id

)

select * from evidence
