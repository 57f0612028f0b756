-- Monitoring counts by day, partitioned by month, with the totals indicators are made of.
select 1;
