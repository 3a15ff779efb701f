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
        coalesce(told_commits.commit_sha, results.result_commit_sha) as commit_sha,
        told_commits.branch,
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
        -- A wrapper that prints less, or an option that has git print less: the sums of the diff are left.
        or (
            not coalesce(results.is_error, true)
            and results.commits
            and {{ matches_regex('results.result_text', "'\\b[0-9]+ files? changed'") }}
        )

)

select * from seen_commits
