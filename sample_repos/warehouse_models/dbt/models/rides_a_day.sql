select day, sum(rides) as rides from deliveries group by day
