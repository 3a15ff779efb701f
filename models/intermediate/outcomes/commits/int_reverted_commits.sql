{{ config(materialized='ephemeral') }}

with

commits as (

    select * from {{ ref('stg_git__commits') }}

),

reverts as (

    select distinct
        reverted.host,
        reverted.repository,
        reverted.commit_sha

    from commits as reverted

    inner join commits as reverting
        on reverted.host = reverting.host
        and reverted.repository = reverting.repository
        and reverted.committed_at <= reverting.committed_at
        and reverting.is_on_a_branch
        and (
            starts_with(reverted.commit_sha, reverting.reverted_sha)
            or (reverting.reverted_sha is null and reverted.subject = reverting.reverted_subject)
        )

    where coalesce(reverting.reverted_sha, reverting.reverted_subject) is not null

)

select * from reverts
