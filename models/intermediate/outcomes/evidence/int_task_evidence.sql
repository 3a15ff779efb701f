with

tasks as (

    select * from {{ ref('int_tasks') }}

),

edit_sums as (

    select * from {{ ref('int_task_evidence__edits') }}

),

commit_sums as (

    select * from {{ ref('int_task_evidence__commits') }}

),

pull_request_sums as (

    select * from {{ ref('int_task_evidence__pull_requests') }}

),

check_sums as (

    select * from {{ ref('int_task_evidence__checks') }}

),

answers as (

    select * from {{ ref('int_task_evidence__answers') }}

),

places as (

    select * from {{ ref('int_task_evidence__places') }}

),

handovers as (

    select * from {{ ref('int_plan_handovers') }}

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
        coalesce(edit_sums.scratch_edit_count, 0) as scratch_edit_count,
        coalesce(edit_sums.ignored_edit_count, 0) as ignored_edit_count,
        coalesce(edit_sums.writing_command_count, 0) as writing_command_count,
        coalesce(places.is_outside_repository, false) as is_outside_repository,
        handovers.successor_task_id,

        coalesce(commit_sums.commit_count, 0) as commit_count,
        coalesce(commit_sums.default_commit_count, 0) as default_commit_count,
        coalesce(commit_sums.reverted_commit_count, 0) as reverted_commit_count,
        coalesce(commit_sums.standing_commit_count, 0) as standing_commit_count,
        coalesce(commit_sums.told_default_commit_count, 0) as told_default_commit_count,
        coalesce(commit_sums.told_pushed_commit_count, 0) as told_pushed_commit_count,
        coalesce(commit_sums.diff_is_empty, false) as diff_is_empty,
        commit_sums.commit_join_rank,
        commit_sums.default_join_rank,
        commit_sums.missing_file,
        commit_sums.mu_missing_file,

        coalesce(pull_request_sums.pull_request_count, 0) as pull_request_count,
        coalesce(pull_request_sums.told_pull_request_count, 0) as told_pull_request_count,
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
            when places.repository_is_collected or commit_sums.collected_commit_count > 0 then 'git'
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

    left join places
        on tasks.task_id = places.task_id

    left join handovers
        on tasks.task_id = handovers.task_id

    left join answers
        on tasks.task_id = answers.task_id

)

select * from evidence
