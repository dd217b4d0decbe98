-- One row a run; `ordinal` gives the order of arrival, for listings.
create table run (
  ordinal    bigint generated always as identity,
  id         varchar(64)  not null primary key,
  caller     varchar(200) not null,
  request_key varchar(1000) not null,
  request    varchar(1000000) not null,
  context_id varchar(1000) not null,
  status     varchar(20)  not null,
  text       varchar(1000000) not null,
  created_at timestamp(3) with time zone not null,
  updated_at timestamp(3) with time zone not null,
  unique (caller, request_key),
  unique (ordinal)
);

-- The events of a run as JSON, in order.
create table event (
  run      varchar(64) not null references run (id),
  sequence bigint      not null,
  at       timestamp(3) with time zone not null,
  type     varchar(40) not null,
  body     varchar(1000000) not null,
  primary key (run, sequence)
);
