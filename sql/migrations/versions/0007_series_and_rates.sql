-- Published series and exchange rates are kept, dated, with their source.
select 1;
