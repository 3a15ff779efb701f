with

landed_commits as (

    select * from {{ source('git', 'git_commits') }}

),

landed_states as (

    select * from {{ source('git', 'git_commit_states') }}

),

observed_commits as (

    select
        *,
        row_number() over (
            partition by host, repository, sha
            order by diff_is_known desc, is_made_here is null asc, observed_at desc
        ) as recency

    from landed_commits

),

observed_states as (

    select
        *,
        row_number() over (
            partition by host, repository, sha
            order by observed_at desc
        ) as recency

    from landed_states

),

commits as (

    select
        observed_commits.host,
        observed_commits.repository,
        observed_commits.sha as commit_sha,
        nullif(observed_commits.parents, '') as parent_shas,
        case
            when observed_commits.parents = '' then 0
            else length(observed_commits.parents) - length(replace(observed_commits.parents, ' ', '')) + 1
        end as parent_count,
        observed_states.branch,
        observed_states.branches,
        observed_commits.subject,
        observed_commits.body,
        nullif(
            regexp_extract(observed_commits.body, 'This reverts commit ([0-9a-f]{7,64})', 1), ''
        ) as reverted_sha,
        nullif(
            regexp_extract(observed_commits.subject, '^Revert "(.+)"', 1), ''
        ) as reverted_subject,
        nullif(
            trim(regexp_extract(observed_commits.body, '(?im)^[a-z0-9-]*session[a-z0-9-]*:[ \t]*([^ \t\r\n].*)$', 1)),
            ''
        ) as session_trailer,
        {{ matches_regex(
            'observed_commits.body',
            "'(?im)^(?:co-authored-by:.*(?:anthropic\.com|\bclaude\b)|(?:entire|claude)-[a-z-]+: *\S)'"
        ) }} as is_by_an_agent,
        coalesce(observed_commits.is_made_here, false) as is_made_here,
        observed_commits.file_count,
        observed_commits.diff_is_known,
        observed_states.is_on_a_branch,
        observed_states.reached_default_branch,
        observed_commits.authored_at,
        observed_commits.committed_at,
        observed_states.observed_at

    from observed_commits

    left join observed_states
        on observed_commits.host = observed_states.host
        and observed_commits.repository = observed_states.repository
        and observed_commits.sha = observed_states.sha
        and observed_states.recency = 1

    where observed_commits.recency = 1

)

select * from commits
