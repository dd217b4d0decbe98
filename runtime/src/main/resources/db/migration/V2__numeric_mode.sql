-- The arithmetic that a run's tokens were computed with; empty before it has begun, and in runs of old.
alter table run add column numeric_mode varchar(20) default '' not null;
