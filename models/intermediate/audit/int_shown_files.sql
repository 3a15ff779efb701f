{{ config(materialized='ephemeral') }}

with

lines as (

    select *

    from {{ ref('int_claude_code_lines') }}

    where copy_number = 1

),

files as (

    select * from {{ ref('stg_claude_code__shown_files') }}

),

kinds as (

    select * from {{ ref('audit_terms') }}

    where term_kind = 'shown_file'

),

shown_files as (

    select
        lines.line_id,
        lines.thread_id as task_id,
        lines.session_id,
        lines.cwd,
        lines.logged_at as shown_at,
        files.file_path

    from files

    inner join kinds
        on files.attachment_kind = kinds.term

    inner join lines
        on files.line_id = lines.line_id

)

select * from shown_files
