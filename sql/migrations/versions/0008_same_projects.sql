-- The same project told by several sources is counted once; a person confirms what is only likely.
select 1;
