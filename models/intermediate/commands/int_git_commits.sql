{{ config(materialized='ephemeral') }}

with

results as (

    select * from {{ ref('int_git_results') }}

),

-- What git says of a commit that it has made: [branch sha] subject.
commit_lines as (

    select
        tool_call_id,
        {{ each_match('result_text', "'(?m)^(\\[[^\\]\\n]+ [0-9a-f]{7,40}\\] .*)$'") }} as commit_line

    from results

    where may_commit

),

told_commits as (

    select
        tool_call_id,
        regexp_extract(commit_line, ' ([0-9a-f]{7,40})\] ', 1) as commit_sha,
        max(nullif(regexp_extract(commit_line, '^\[(.+?)(?: \(root-commit\))? [0-9a-f]{7,40}\] ', 1), 'detached HEAD'))
            as branch,
        max(regexp_extract(commit_line, ' [0-9a-f]{7,40}\] (.*)$', 1)) as subject,
        max(case when commit_line like '% (root-commit) %' then 'root' end) as commit_kind

    from commit_lines

    group by
        tool_call_id,
        regexp_extract(commit_line, ' ([0-9a-f]{7,40})\] ', 1)

),

seen_commits as (

    select
        results.tool_call_id,
        coalesce(
            told_commits.commit_sha,
            results.result_commit_sha,
            nullif(regexp_extract(results.result_text, '{{ pushed_commit() }}', 1), '')
        ) as commit_sha,
        -- Where git prints less, Claude Code still logs the branch that is checked out.
        case
            when told_commits.commit_sha is null then results.checked_out_branch
            else told_commits.branch
        end as branch,
        told_commits.subject,
        coalesce(
            told_commits.commit_kind,
            case
                when results.amends then 'amended'
                when results.commits then 'committed'
                when results.reverts then 'reverted'
                when results.cherry_picks then 'cherry-picked'
                when results.rebases then 'rebased'
            end,
            results.result_commit_kind,
            'committed'
        ) as commit_kind

    from results

    left join told_commits
        on results.tool_call_id = told_commits.tool_call_id

    where
        told_commits.commit_sha is not null
        or results.result_commit_sha is not null
        or (results.is_running and results.commits)
        -- A wrapper or an option has git print less: the sums of the diff are left, an ok, or nothing.
        or (
            not coalesce(results.is_error, true)
            and results.commits
            and not coalesce(results.is_refused, false)
            and (
                {{ matches_regex(
                    "coalesce(results.result_text, '')",
                    "'\\b[0-9]+ files? changed|^\\s*(?:ok\\b.*|\\(Bash completed with no output\\))?\\s*$'"
                ) }}
                -- What is pushed by the same line is the commit that it made.
                or (results.pushes and {{ matches_regex('results.result_text', "'" ~ pushed_commit() ~ "'") }})
            )
        )

)

select * from seen_commits
