with

task_commits as (

    select *

    from {{ ref('int_task_commits') }}

    where message is not null

),

commit_files as (

    select * from {{ ref('stg_git__commit_files') }}

),

commits as (

    select distinct
        host,
        repository,
        commit_sha,
        message

    from task_commits

    where file_count is not null

),

words as (

    select
        host,
        repository,
        commit_sha,
        {{ claimed_token(each_part(
            replace_regex('message', "'[\\s`\"''()\\[\\]{},;:]+'", 'chr(31)'),
            'chr(31)'
        )) }} as word

    from commits

),

claims as (

    select distinct
        host,
        repository,
        commit_sha,
        word as claimed_path,
        {{ matches_regex('word', claimed_by_mu()) }} as is_claim_of_mu

    from words

    where
        {{ matches_regex('word', claimed_by_mu()) }}
        or {{ matches_regex('word', "'^[A-Za-z0-9_.@+-]+(?:/[A-Za-z0-9_.@+-]+)+\\.[A-Za-z0-9]{1,8}$'") }}

),

compared as (

    select
        claims.host,
        claims.repository,
        claims.commit_sha,
        claims.claimed_path,
        claims.is_claim_of_mu,
        max(coalesce(commit_files.file_path, '') = claims.claimed_path) as is_in_diff,
        max(
            commit_files.commit_sha is not null
            and (
                ends_with('/' || commit_files.file_path, '/' || claims.claimed_path)
                or ends_with('/' || coalesce(commit_files.old_file_path, ''), '/' || claims.claimed_path)
            )
        ) as is_like_in_diff

    from claims

    left join commit_files
        on claims.host = commit_files.host
        and claims.repository = commit_files.repository
        and claims.commit_sha = commit_files.commit_sha

    group by
        claims.host,
        claims.repository,
        claims.commit_sha,
        claims.claimed_path,
        claims.is_claim_of_mu

),

sums as (

    select
        host,
        repository,
        commit_sha,
        count(*) as claimed_file_count,
        count(case when not is_like_in_diff then 1 end) as missing_file_count,
        count(case when is_claim_of_mu and not is_in_diff then 1 end) as mu_missing_file_count,
        min(case when not is_like_in_diff then claimed_path end) as missing_file,
        min(case when is_claim_of_mu and not is_in_diff then claimed_path end) as mu_missing_file

    from compared

    group by
        host,
        repository,
        commit_sha

)

select * from sums
