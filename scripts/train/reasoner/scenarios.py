"""More word-problem rows: everyday scenes, facts in the other order, numbers that do not matter.

`problems.py` has the common patterns in many variations; these rows widen the range of situations,
so that the model has to read the sentence and cannot go by a few cue words.
"""


def register(word):
    word("add: amounts that rise", 5, "x+y", "", """
    {the elevator|the lift|$N|a bird|a balloon|a climber} is {on floor|at floor} $x and goes up $y floors. {Which|What} floor is {it|$P} on{ now|}?
    {$N|a person|the elevator} {starts|begins|gets in} on floor $x and {goes|rides|climbs} up $y[ floors]. {Which|What} floor {is that|does $P reach|is it}?
    a {plant|tree|sunflower|puppy|child|boy|girl|bush|flower} was $x {cm|inches|centimeters} tall {in May|last year|in spring|on Monday} and grew $y {cm|inches|centimeters} {in June|this year|in summer|since then}. How tall is {it|the plant|he|she} now?
    a {plant|tree|sunflower|child|bush|flower} is $x {cm|inches|centimeters|feet} tall. It grows {another |}$y {cm|inches|centimeters|feet}[ more]. How tall {is it then|will it be|is it now}?
    {At @clock|In the morning|Yesterday|On Monday|In March} it was $x degrees. {By {noon|evening|@clock}|Today|Later|Then} it {had warmed up by|has risen by|got warmer by|rose|warmed up} $y degrees. What {was|is} the temperature {at noon|then|now|}?
    {the {temperature|water level|price|score|battery|population|speed|value|level|number of $U}} {is|was|started at} $x[ {at @clock|this morning|yesterday}] and {rises|rose|increased|grew|went up|climbed|jumped} by $y. What is {it|the {new |}{temperature|level|value|number}} now?
    a {car|bus|train|bike} {is going|goes|drives} $x {km|miles} per hour and speeds up by $y. How fast is it {now|going now}?
    {the|a} {town|village|city|school|club|farm|website} had $x {people|members|visitors|students|inhabitants} and {gained|got|welcomed|added} $y {more|new ones}. How many {are there|does it have|is that} now?
    {my|the|$mh} {phone|laptop|tablet} {battery |}{is|was} at $x percent. {I charge it|It charges|It goes up} by $y percent. {What is it|Where is it|How many percent is it} {at now|now|then}?
    $N ~weigh $x {kg|pounds} and {gained|put on|gains} $y[ {kg|pounds}]. How much {$doesnow $P weigh now|is that|is it now}?
    $N {read|reads} up to page $x and then {reads|read} $y more pages. {What|Which} page is $P on?
    {At @clock|One day|In the morning} there were $x $U $place. {By @clock|Later|An hour later}[,] {$y more had been added|$y more arrived|there were $y more}. How many {$U |}{are|were} there {now|then}?
    $N ~be {in line|waiting} with $x people in front of $o and $y behind $o. How many other people are in the line?
    {A|The} {meeting|lesson|match|class|concert} {was|is} $x minutes long but {took|lasts|ran} $y minutes {longer|more}. How many minutes {was it|did it take|is that}?
    """)
    word("add: joined facts", 6, "x+y", "", """
    {There are|A year has} $x days in {January|one month|this month} and $y {days |}in {February|the next|another}. How many days are {in both months|there together|that in total}?
    {It takes|I need|$N needs} $x minutes to {get to|walk to|drive to} {school|work|the shop} and $y minutes to {get|come|go|drive} {back|home}. How {long|many minutes} {is the whole trip|do I travel|is that in total|does it take altogether|is that}?
    We drove $x {miles|km} before lunch and $y {miles|km} after lunch. How {far|many {miles|km}} did we drive{ in total|}?
    {Two|Both|My two} {friends|brothers|sisters|boxes|shelves|classes|teams} have $x and $y $U. How many $U {do they have|are there} {in all|altogether|together|in total}?
    two {numbers|piles|groups} {are|have} $x and $y. What is {their sum|the total|the sum}?
    I bought {a|the} {jacket|$u|shirt|lamp} for $xm and {shoes|a $v|pants|a bag} for $ym. {What did I spend|How much did I spend|How much was that|What did I pay} {in total|altogether|in all|}?
    {the shop|the store|a library|the school} {got|received|ordered} $x $U {on Monday|first|in the morning} and {another $y|$y more|$y} {on Tuesday|later|in the afternoon}. How many {is that|did it get|$U did it get}{ in total| altogether|}?
    $N {ate|had|used|drank|took} $x $U {for breakfast|in the morning|first} and $y {for lunch|at noon|later}. How many {$U |}{is that|did $P eat|did $P have|were that}{ in total| altogether|}?
    {one|the first|a big|the red} $c {has|holds|contains} $x $U and {the other|the second|a small|the blue} {one |}{has|holds|contains} $y. How many {$U |}{are there|are in both|is that}{ in total| altogether| together|}?
    {$N has|There are} $x $U in {one|the left} {hand|pocket|box|pile} and $y in the {other|right one}. How many {$U |}{is that|are there|does $P have}{ in total| altogether| in all|}?
    $N needs $x $U for {one|the first} {cake|project|class|recipe} and $y for {another|the second}. How many $U {does $P need|are needed}{ in total| altogether| in all|}?
    {$x adults and $y children|$x boys and $y girls|$x teachers and $y students} {go|went|are going|travel} {to the zoo|on a trip|to the pool|by bus}. How many {people|tickets do they need|seats do they need} {is that|go|are there|}?
    {today|on my trip|in the park|on the way|at the lake} I {counted|saw|met|found} $x $U and $y $V. How many did I {count|see|meet|find} {in total|altogether|in all|}?
    {$x|the first $x} $U were {red|big|new} and {the other|another} $y were {blue|small|old}. How many {$U |}were there{ in all| altogether| in total|}?
    $N {has sold|sold|has|made} $x $U. $P still ~have $y {left|to sell}. How many {$U |}did $P have {at first|at the start|to begin with}?
    There {are|were} $x $U left after $y {had been|were} {sold|eaten|used|taken}. How many were there {at first|before|at the start|originally}?
    {I|$N} {spent|paid} $ym and {still have|have|had} $xm left. How much {money |}did {I|$P} have {at first|before|to start with|originally}?
    """)
    word("add: older, taller, more", 7, "x+y", "", """
    $M is $y years older than $K. $K is $x[ years old]. How old is $M?
    $M is $y {cm|inches} taller than $K. $K is $x {cm|inches} tall. How tall is $M?
    $M weighs $y {kg|pounds} more than $K. $K weighs $x[ {kg|pounds}]. {How much does $M weigh|What does $M weigh|How heavy is $M}?
    $M has $y more $U than $K. $K has $x[ $U]. How many {$U |}does $M have?
    $M {collected|found|sold|read|made|picked|has|got} $y more $U than $K. $K {collected|found|sold|read|made|picked|has|got} $x. How many {$U |}did $M {get|have|collect|find|read|sell}?
    $M has $x $U. {That is|This is|That's} $y {fewer|less} than $K[ has]. How many $U does $K have?
    $M has $x $U, $y {fewer|less} than $K. How many $U does $K have?
    $M is $x years old. {That is|That's|$Q is} $y years younger than $K. How old is $K?
    $K is $y years younger than $M. $K is $x. How old is $M?
    the {red|big|first|blue} {$u|box|team|rope} {has|costs|is|weighs} $y more than the {small|second|green|other}[ one]. The {small|second|green|other} one {has|costs|is|weighs} $x. {How much|What} is the {red|big|first|blue} one?
    {today|this year|on Sunday} $N ~{sell|make|read|walk|find} $y more $U than {yesterday|last year|on Saturday}. {Yesterday|Last year|On Saturday} it was $x. How many {$U |}is it {today|this year|on Sunday|now}?
    a $u costs $ym more than a $v. A $v costs $xm. {How much is the $u|What does the $u cost|How much does a $u cost|What is the price of the $u}?
    """)
    word("subtract: amounts that fall", 6, "x-y", "", """
    {the elevator|the lift|$N} is on floor $x and goes down $y floors. {Which|What} floor is {it|$P} on{ now|}?
    {$N|a person|the elevator} {starts|begins|gets in} on floor $x and {goes|rides|climbs} down $y[ floors]. {Which|What} floor {is that|does $P reach|is it}?
    {the {temperature|water level|price|score|battery|population|speed|value|level|number of $U}} {is|was|started at} $x[ {at @clock|this morning|yesterday}] and {falls|fell|decreased|dropped|went down|sank|shrank} by $y. What is {it|the {new |}{temperature|level|value|number}} now?
    {my|$mh|the} {phone|laptop|tablet|phone's battery|car's battery|phone battery|battery} {was|is} at $x {percent|%}{ this morning| at @clock||} and {dropped by|lost|used|has used|fell by|went down by} $y{ percent||%}. {What is it|Where is it|How many percent is it|How much is left} {at now|now|then|}?
    a car {is going|goes|drives} $x {km|miles} per hour and slows down by $y. How fast is it {now|going now}?
    {the|a} {town|village|city|school|club|company|team} had $x {people|members|workers|students|players} and {lost $y|$y left|$y moved away|$y quit}. How many {are there|does it have|are left|remain} now?
    $N ~weigh $x {kg|pounds} and {lost|lost|loses} $y[ {kg|pounds}]. How much {$doesnow $P weigh now|is that|is it now}?
    {there were|I lit|she lit|there are} $x candles{ on the cake||}. $y {went out|were blown out|burned down|have gone out}. How many are {still burning|left|still lit}?
    she blew out $y of the $x candles{ on the cake|}. How many are {still burning|left|still lit}?
    $N ~have $x {balloons|bubbles|tires|light bulbs}. $y {pop|popped|burst|are broken|broke}. How many {are left|$doesnow $P have{ left|}|are still good}?
    {$x people|$x kids|$x customers|$x men} {were|are|stood|wait} in {a queue|line|a room|the shop}. $y {were served and left|went home|left|have gone|gave up}. How many are {still waiting|left|still there}?
    $N {needs|had|bought|took} $x $U and {has used|used|uses} $y {so far|of them|already|to make a cake|for a project}. How many {$U |}{does $P still have|are left|remain|has $P left}?
    we {used|ate|lost|sold} $y of {our|the} $x $U. How many {$U |}{do we still have|are left|remain}?
    $N {sold|ate|used|lost|read|gave away} $y of {$h|the} $x $U. How many {$U |}{$doesnow $P still have|are left|remain}?
    {A baker|The bakery|A shop|The farmer|A man} had $x {rolls|loaves|cakes|$U} and sold $y of them {before noon|by @clock|today|in the morning|}. How many {rolls |loaves |cakes |}{were|are} left?
    {I drank|She drank|We used|They used} $y {ml|liters|cups} {of a|from a|out of a} $x {ml|liter|cup} {bottle|can|jug}. How {much|many} is left?
    a {bottle|can|glass|jug} {holds|has|contains} $x {ml|liters|ounces}[ of {juice|milk|water}]. {I drink|I drank|$N drinks|She drank} $y {ml|liters|ounces|}. How {much|many {ml|liters|ounces}} {is|are} left?
    """)
    word("subtract: spaces, goals, missing", 7, "x-y", "", """
    {a|the} {parking lot|garage|car park} has $x {spaces|places|spots}[ for cars] and $y {cars are parked {there|in it}|are taken|are full}. How many {spaces|places|spots|} are {empty|free|left|still free}?
    {a|the} {parking lot|garage} has $x {spaces|places|spots}. There are $y cars{ in it| there| parked|}. How many {more cars fit in|spaces are {empty|free|left}|cars can still come}?
    {a|the} {shelf|box|bus|boat|room|album|hotel|plane|class} {has {room|space|place} for|can hold|holds|fits} $x $U. There are {already |}$y {in it|there|on it}. How many {more |}{fit|can fit|can be added|are missing|places are free}?
    {a|the} {team|player|$M} needs $x points to win. {They have|It has|$Q has} $y[ points]{ so far| now| already|}. How many {points are they short|more points are needed|more points does it take|points are missing|are missing}?
    $N {~need|~must get} $x {signatures|votes|points|stamps|coupons|$U}. {So far|Right now} $P {~have|has|got} $y. How many {more |}{$doesnow $P need|are missing|are needed}?
    $N ~have $y dollars. a {game|$u|bike|phone|toy} costs $x dollars. How much {more |more money |}{$doesnow $P need|must $P save|is missing}?
    $N ~have $ym. {The|a} {game|$u|bike|toy} $P ~want costs $xm. How much {more |more money |}{$doesnow $P need|must $P save|is missing}?
    {we|they|I} need $x {chairs|plates|tickets|$U} {for the party|for the show|tomorrow|today|} but {only have|have only|have} $y. How many are missing?
    {there are|we are|we expect} $x {guests|people|children|students} but only $y {chairs|plates|books|tickets}. How many {chairs|plates|books|tickets|} are missing?
    $N is on page $y of a book {with|of} $x pages. How many pages {are left|does $P have left|remain|to go}?
    {my|$M's|the} book has $x pages and {$Q is|I am|we are} on page $y. How many {pages |}{are left|does $Q have left to read|remain|are still to read}?
    {a|the} {trail|road|path|race|tour|hike|trip} is $x {km|miles} long. {After $y {km|miles} we {take a break|stop|rest}|We have done $y|We have already {walked|gone} $y {km|miles}}. How {far|many {km|miles}} {do we still have to go|is left|are left|is it still|to the end}?
    {a|the} {movie|game|class|flight|show|concert} {takes|lasts|is} $x minutes. {$y minutes are over|$y minutes have passed|After $y minutes $N {stops|leaves}|$N has seen $y minutes}. How many minutes {are left|remain|are missed|are still to come}?
    {my|the} {bus|train|flight} leaves in $x minutes {and|but} {I need|it takes me} $y minutes to {get there|walk to the stop|reach it|get ready}. How {many minutes|long} can I wait?
    a year has $x days. $y {days are over|have passed|are gone}. How many {days |}{are left|remain}?
    There are $x {days|weeks|lessons|steps|rounds} in {total|all}. $y {are over|are done|have passed}. How many {are left|remain|are still to come}?
    {of|out of} $x {questions|tasks|problems|shots|exercises}[,] $N {got $y right|solved $y|answered $y|has done $y|finished $y}. How many {did $P {get wrong|miss}|are left|were wrong|are not done}?
    a test has $x questions. $N {got $y right|solved $y|answered $y {correctly|of them}}. How many {did $P {get wrong|miss}|were wrong}?
    {$x $U altogether|There are $x $U in all}, $y are {in the box|mine|on the table|ripe}. How many are {not|somewhere else|outside|$h}?
    a jar {has|contains|holds} $x {jelly beans|marbles|candies|buttons|$U}. $y {of them |}are {red|green|sour|big}[,| and] the {others|rest} are {blue|yellow|sweet|small}. How many {blue|yellow|sweet|small} ones are there?
    $y of {the|my|our} $x $U are $a1. How many are {not|not $a1|another color}?
    {I think|I'm thinking|Think} of a number. {If I add|I add|When you add} $y[ to it][,] {and get|I get|you get} $x. What {is it|is the number|was the number}?
    {The sum of two numbers is|Two numbers add up to|Two numbers together make} $x. One {of them |}is $y. What is the other[ one]?
    """)
    word("subtract: seats and people", 4, "x-y", "", """
    {the|a} {cinema|theater|stadium|train|plane|bus|concert hall|restaurant|classroom} has $x {seats|places|chairs|tables}[,| and|.] $y {tickets {were|are} sold|people {are sitting|came|are in it}|are taken|are reserved|guests are there}. How many {seats|places|chairs|tables|} {are|stay|will be|remain|will stay|were} {empty|free|left}?
    {the|a} {cinema|theater|stadium|train|plane|bus} has $x {seats|places}. {$y people are inside|We sold $y tickets|$y tickets are gone|$y people came|They sold $y tickets}. How many {seats|places|tickets} are {left|still free|empty|unsold}?
    There are $x {seats|chairs|beds|rooms|tables} and $y {people|guests|children|students}, one {each|for each}. How many {seats|chairs|beds|rooms|tables|} {stay empty|are left|are free|remain}?
    {a|the} {truck|ship|train|van|cart} {carries|has|holds} $x {boxes|bags|cars|$U}. {At the first stop |At @clock |}$y {of them |boxes |}are {unloaded|taken off|removed|delivered}. How many {are {still |}{on it|left}|remain}?
    """)
    word("subtract: the rest of a day", 3, "k-x", "", "@k", size="rest")
    word("add: question first", 4, "x+y", "", """
    How old will {I|she|he|$M} be in $y years{,| if|, when} {I am|she is|he is|$M is} $x {now|today|years old|}?
    How {much|many $U} {will|do|would} I have if I {have|start with|own} $x and {get|add|find|earn|receive} $y{ more|}?
    How {tall|long|high} is {it|a tree|a tower} if it {was|is} $x {meters|feet|cm} and {grows|gains|gets} $y {more|}?
    What {will|would} {it|the price|the total} be if I add $y to $x?
    """, size="small")
    word("subtract: question first", 4, "x-y", "", """
    How old was {I|she|he|$M} $y years ago{,| if} {I am|she is|he is|$M is} $x {now|today|years old|}?
    How {much|many $U} {will|do|would} I have {left |}if I {have|start with|own} $x and {lose|give away|eat|spend|use|sell} $y{ of them|}?
    How many {more |}{do I need|are missing|must I buy} {if I {need|want} $x and {have|already have|got} $y|to have $x if I have $y}?
    How {long|much|tall} is {what is left|the rest|it} if it {was|is} $x {meters|feet|cm} and {I cut off|loses|shrinks} $y?
    """)
    word("multiply: question first", 4, "x*y", "", """
    How {much|many dollars} {do|would|will} I {pay|spend|need} {for|if I buy} $x {$U|tickets|of them} {at|for} $ym {apiece|each|per piece|a piece}?
    {If|When} {you|I|we} buy $x {shirts|$U|tickets|books} {at|for} $ym {apiece|each|per piece|a piece}{,| then} {what is the {total|price|total price|cost}|how much is it|what do {you|I|we} pay|how much do {you|I|we} pay}?
    How many $U {are there|do I have|is that} if there are $y in each of $x $C?
    How far do I get in $x hours if I {go|drive|ride} $y {km|miles} {per|an|each} hour?
    """)
    word("divide: question first", 4, "x/y", "", """
    There are $x {slices|pieces|$U}{ of cake| of pizza||}. We are $y {people|friends|kids}{ and|.} {everybody gets the same|everyone gets the same number|all get equally many|we share equally}. How many {slices |pieces |$U |}{per person|does each get|for each|each|for everyone}?
    We are $y {people|friends|kids} and have $x {slices|pieces|$U}. {Everybody gets the same.|We share equally.|}How many {slices |pieces |$U |}{does each get|for each|per person|does everyone get}?
    $x {people|students|cars|boxes} want to {cross the river|go up|get to the island}. {The boat|The lift|One ferry|A van} {takes|can carry|holds} $y {at once|at a time|each time|per trip}. How many {trips|rides|times} {are needed|does it take|must it go}?
    How many {days|weeks} {do I need|does it take|will it take} for $x {pages|dollars|km|$U} if I {do|read|save|make|walk} $y {a|per|every|each} {day|week}?
    How many {boxes|bags|cars|tables|$C} {do I need|are needed} for $x {$U|people} if {each|one} {holds|takes|fits|has room for} $y?
    """)
    word("subtract: compare in either order", 9, "x-y", "", """
    $M is $y[ years old] and {$K|$mh {brother|sister|uncle|friend|grandfather|mother|teacher|aunt|father}} is $x. How {much older is {the older one|$K|the second|the older}|many years {are|lie} between them|big is the age difference}?
    $M is $y[ years old] and $K is $x[ years old]. How {much|many years} older is $K[ than $M]?
    $M is $y[ years old] and $K is $x[ years old]. How {much|many years} younger is $M[ than $K]?
    {my|$M's} {aunt|sister|daughter|son|cousin} is $y and {my|$mh} {uncle|grandfather|father|grandma|teacher} is $x. How {much older is {my|the|$mh} {uncle|grandfather|father|grandma|teacher}|many years older is {my|the|$mh} {uncle|grandfather|father|grandma|teacher}|many years are between them}?
    $M has $y $U and $K has $x[ $U]. How many more {$U |}does $K have[ than $M]?
    $M has $y $U and $K has $x[ $U]. How many {fewer|less} {$U |}does $M have[ than $K]?
    $M has $y $U. $K has $x[ $U]. {How many more {$U |}has $K|What's the difference|How many more {$U |}does $K have}?
    {$M|one team|the first class|my brother} {collected|sold|found|scored|made|has|got|read} $y[ $U] and {$K|the other team|the second class|my sister} $x. {How many more did {$K|the second|the other|my sister} {get|have|collect|sell|make}|What is the difference}?
    $M {weighs|is} $y {kg|pounds} and $K {weighs|is} $x[ {kg|pounds}]. How much {heavier is $K|lighter is $M|more does $K weigh}?
    $M is $y {cm|inches} tall and $K is $x[ {cm|inches} tall]. How much {taller is $K|shorter is $M|bigger is $K}?
    There are $y $U and $x $V{ $place|}. How many more $V than $U are there?
    There are $y $U and $x $V{ $place|}. How many {fewer|less} $U than $V are there?
    {a|the} {shop|store|bakery|museum|zoo} {had|sold|counted} $y {visitors|$U|tickets} on {Monday|Saturday} and $x on {Tuesday|Sunday}. How many more {were it|were there|did it {have|sell|count}|was that} on {Tuesday|Sunday}[ than on {Monday|Saturday}]?
    a $u costs $ym and a $v costs $xm. How much {more does the $v cost|more expensive is the $v|cheaper is the $u|less does the $u cost}?
    a $u costs $xm and a $v costs $ym. How much {more does the $u cost|more expensive is the $u|cheaper is the $v|less does the $v cost}?
    {yesterday|last year|in the morning} it was $y {degrees|people|cars}, {today|this year|in the evening} {it is|it's} $x. {How much more is that|What is the difference|By how much did it {rise|go up|increase|grow}}?
    {the price|the number of $U|the temperature|the score} {went|rose|grew|increased|changed|climbed} from $y to $x. {By how much did it {rise|change|go up|increase|grow}|How much {more|higher} is {it|that}|What is the difference}?
    {the price|the number of $U|the temperature|the water level} {went down|fell|dropped|sank|decreased} from $x to $y. {By how much did it {fall|change|go down|drop|decrease}|How much less is that|What is the difference}?
    {one|the first|a} {ribbon|road|rope|snake|river} is $y {cm|miles|feet|meters} long and {another|the other|the second} {one |}is $x[ {cm|miles|feet|meters}]. How much longer is the {longer|second|other} one?
    how many more {is|are} $x[ $U] than $y{ $U|}?
    how many {fewer|less} {is|are} $y[ $U] than $x{ $U|}?
    how {much|many} more is $x than $y?
    how {much|many} less is $y than $x?
    from {page|year|number|floor|day} $y to {page|year|number|floor|day} $x: how {many|far} is that{ apart|}?
    {how many {years|days|steps|numbers|pages} {lie |are |}between|what is the {gap|distance|difference} between} $y and $x?
    """)
    word("subtract: than in the other direction", 6, "x-y", "", """
    $M has $x $U. {That is|That's|This is|It is} $y more than $K[ has]. How many $U does $K have?
    $M has $x $U, {that's |which is |}$y more than $K[ has]. How many $U does $K have?
    $M has $y more $U than $K. $M has $x[ $U]. How many {$U |}does $K have?
    $M is $y years older than $K. $M is $x[ years old]. How old is $K?
    $M is $x[ years old]. {That is|That's|$Q is} $y years older than $K. How old is $K?
    $K is $y years younger than $M. $M is $x[ years old]. How old is $K?
    $M is $y {cm|inches} taller than $K. $M is $x {cm|inches} tall. How tall is $K?
    $K is $y {cm|inches} shorter than $M, who is $x {cm|inches} tall. How tall is $K?
    $M {collected|found|sold|read|made|picked|has|got} $y {fewer|less} $U than $K. $K {collected|found|sold|read|made|picked|has|got} $x. How many {$U |}did $M {get|have|collect|find|read|sell}?
    $M has $y {fewer|less} $U than $K. $K has $x[ $U]. How many {$U |}does $M have?
    $K has $y {fewer|less} $U than $M, who has $x. How many {$U |}does $K have?
    a $u costs $ym less than a $v. A $v costs $xm. {How much is the $u|What does the $u cost|How much does a $u cost|What is the price of the $u}?
    a $v costs $ym more than a $u. The $v costs $xm. {How much is the $u|What does the $u cost|How much does a $u cost|What is the price of the $u}?
    in $y years $M will be $x. How old is {$M|$Q} {now|today}?
    {now|today} $N ~have $x $U, $y more than {yesterday|last week|before}. How many did $P have {yesterday|last week|before}?
    """)
    word("subtract: some number gone", 4, "x-y", "", """
    $N had $x $U this morning. {Now|In the evening} {there are|$P has|$P had} {only |}$y. How many {did $P {sell|lose|eat|use|give away}|are gone|are missing}?
    {A {baker|farmer|shop|seller} had|There were} $x $U. {At the end of the day|In the evening|Now|Later} $y {are|were} left. How many {were sold|did {he|they} sell|are gone}?
    $N ~have $y $U {left|now} after {selling|eating|giving away|losing|using} some of {$h|the} $x. How many {did $P {sell|eat|lose|use|give away}|are gone}?
    {how many did $N {sell|eat|lose} if $P had $x $U and now has $y?|$N had $x $U and now has $y. How many are gone?}
    """)
    word("multiply: scenes", 8, "x*y", "", """
    {$N|Dad|Mom|the cook} {cuts|cut} $x {apples|pears|pizzas|cakes|oranges|melons} into $y {slices|pieces|parts}[ each]. How many {slices|pieces|parts} {are there|is that|does $P get|do we have}{ in total| altogether|}?
    {a|the} train {with|has} $x {wagons|cars}{| and} $y seats in each{ wagon|}. How many seats {are there|does it have|is that}{ in total| altogether|}?
    a {train|building|ship|hotel} has $x {wagons|floors|decks|levels} with $y {seats|rooms|windows|doors} {on|in} each. How many {seats|rooms|windows|doors} {are there|does it have|is that}{ in total| altogether|}?
    $x {kids|children|friends|men|boys} each {ate|had|made|took|bought|carried|read|found} $y {pancakes|cookies|$U|candies}. How many {pancakes|cookies|$U|candies|} {were eaten|is that|were there|did they have}{ in total| altogether| in all|}?
    {each of the|there are|we have|the league has} $x teams {has|with} $y players. How many players are there{ altogether| in all| in total|}?
    $N {ran|swam|walked|did|drove} $x laps of $y {meters|m|feet}. How {many {meters|feet|m}|far} {did $P {run|go|swim}|is that}{ in total| altogether|}?
    {a rabbit|a frog|a kangaroo|a robot|$N} {hops|jumps|moves|goes} $y {feet|meters|cm|inches} {each|per|with every|every} {jump|hop|step|move}. How far {does it get|is that|is it|does it go} {in|after|with} $x {jumps|hops|steps|moves}?
    the {store|shop|market} sells {apples|$U|pens|tickets} for $ym each. {What do|How much do|How much are} $x {apples|of them|$U}{ cost|}?
    {if|suppose} {one|a} {bag|box|sack|bottle|brick} {of {rice|sand|milk|sugar|stones} |}weighs $y {kg|pounds|grams}, how {heavy|much} are $x {bags|boxes|sacks|bottles|bricks|of them}?
    $N ~have $x {coins|bills|notes} worth $y {cents|dollars} each. How {much {money |}|many cents }{is that|does $P have}{ in total|}?
    {a|my|the} {dog|cat|horse|baby|plant} {eats|drinks|needs|gets} $y {cups|cans|liters|bones} {of food |of water ||}{a|per|every|each} day. How {many {cups|cans|liters|bones}|much} {does it {eat|need|drink}|is that|are needed} in $x days?
    {the|a} {bus|ferry|lift|cable car|boat} {makes|does|goes} $x {trips|rides|tours} {a day|today|} with $y people each{ time|}. How many people {is that|does it carry|can it take}{ in total|}?
    a {book|album|notebook} has $x {chapters|pages} with $y {pages|pictures|lines|stickers} each. How many {pages|pictures|lines|stickers} {are there|does it have|is that}{ in total|}?
    {$N practices|I study|we train|she works} $y {minutes|hours} on each of $x days. How many {minutes|hours} is that{ in total| altogether|}?
    {they|we|the children|$x classes} {plant|planted|build|built|make|made} $y $U {per|in each|for each|for every} {class|group|person}. There are $x {classes|groups|people|of them}. How many $U is that{ in total|}?
    it takes $y minutes to {make|bake|wash|paint|fix|draw} one $u. How {long|many minutes} does it take {for|to make|to do} $x{ of them| $U|}?
    {for|to make} one {cake|$u|loaf|salad} {I|you|we} need $y {eggs|cups|grams of sugar|apples|spoons}. How many {eggs|cups|grams|apples|spoons|} {do {I|you|we} need|are needed} for $x{ of them| cakes|}?
    every {child|student|guest|player} {gets|needs|receives|brings} $y $U. There are $x {children|students|guests|players}. How many $U {are needed|is that|do we need}{ in total|}?
    {tickets|entry|the entrance|a seat|lunch} {cost|costs|is} $ym {per|for each|a} person. How much {do|for|is it for} $x people{ pay|}?
    """)
    word("multiply: fixed groups", 7, "x*k", "", "@k", size="k")
    word("multiply: days in weeks", 4, "x*y*7", "", """
    $N ~{eat|use|drink|read|make|need|sell|run|walk|write} $x {$U|cups|pages|miles} {a|per|every|each} day. How many {$U |}{is that|does $P {use|make|do}|are that} in $y weeks?
    {my|the} {dog|cat|baby|horse} {eats|needs|drinks} $x {cups of food|cans|bottles|bones|cups} {a|per|every|each} day. How many {cups|cans|bottles|bones|} {does it {eat|need|drink}|is that} in $y weeks?
    """)
    word("divide: scenes", 8, "x/y", "", """
    There are $x {eggs|$U} and {each|every|one} {carton|box|bag|tray|$c} {holds|has room for|fits|can hold|takes} $y. How many {cartons|boxes|bags|trays|$C|} {do {we|I|you|they} need|are needed|is that}?
    {we|they|I} have $x $U. {Each|One|Every|a} {carton|box|bag|tray|$c} {holds|fits|takes|has room for} $y[ of them]. How many {cartons|boxes|bags|trays|$C} {do {we|I|you|they} need|are needed|can be filled}?
    $N {baked|made|bought|picked|has|collected} $x {muffins|cookies|eggs|$U} and {put|packed|puts|packs} them {in|into} {boxes|bags|packs|$C} of $y. How many {boxes|bags|packs|$C} {did $P fill|are there|is that|does $P need|did $P use}?
    $N ~have $x pages to read and ~read $y[ pages] {a|per|every|each} day. How {many days|long} {will it take|does it take|does $P need}[ $o]?
    $N {must|has to|wants to} {read|write|make|sell|solve|learn} $x {pages|words|$U|problems} and {does|can do|manages} $y {a|per|every|each} day. How many days {does $P need|will it take|does it take}?
    {a|my} book has $x pages. {If I read|I read|$N reads} $y pages {a|per|every|each} {day|night}[,] how many {days|nights} {does it take|do I need|will it take|until it is finished}?
    $x {kids|people|students|players} {are going|go|travel|sit} {in|by|at} {cars|boats|tables|tents|teams} {with|of} $y {in each|each|people each}. How many {cars|boats|tables|tents|teams} {do they need|are needed|are there}?
    {at|around} each {table|bench} {there is room for|can sit|sit} $y people. How many {tables|benches} are needed for $x people?
    {a|the} {trip|job|race|road} of $x {km|miles|pages} takes $y {hours|days}. How many {km|miles|pages} is that {per|an|each} {hour|day}?
    $N {runs|ran|drove|walked|cycled} $x {km|miles} in $y {hours|days|weeks}, {always the same|the same distance each time}. How far {each|per} {hour|day|week|time}?
    $N {wants|needs} to save $xm and {saves|puts aside} $ym {a|per|every|each} {week|month|day}. How many {weeks|months|days} {does it take|will it take|does $P need}?
    {grandma|the teacher|the coach|mom|a farmer} has $x {cookies|$U|candies} for $y {grandchildren|students|players|kids|children}. {Everyone gets the same number.|All get the same.} How many {$U |}{does each {one |child |}get|for each}?
    $y {brothers|sisters|friends|kids|workers|teams} {got|won|found|earned|have} $x {$U|dollars|coins} {together|in total} and {share|split|divide} {it|them} {equally|evenly|fairly}. {How much|How many} {does each {one |}get|for each}?
    {a|the} {rope|ribbon|cake|board|wall} {of|is} $x {cm|inches|feet|m}{ long|}{ is|. It is|. We} cut{ it|} into $y equal {pieces|parts}. How long is each{ piece| part|}?
    {cut|if you cut|$N cuts} {a|the} $x {cm|inch|foot|meter} {rope|ribbon|board} into $y equal {pieces|parts}. How long is {each|one}[ piece]?
    $x {legs|wheels|ears|feet} and {every|each} {animal|bike|rabbit|person|car} has $y: how many {animals|bikes|rabbits|persons|cars} are there?
    the {bill|dinner|pizza|taxi|gift} {is|costs|was} $xm. $y {friends|people|of us} {split|share} it{ equally| evenly|}. How much does {each|everyone|each person} pay?
    """)
    word("two steps: scenes", 7, "x-y+z", "", """
    {the|a} {shop|store|library|farm|museum|bakery} had $x {bikes|$U|books}, sold $y and {got|received|ordered|bought} {a delivery of |}$z {new ones|more|new $U}. How many {bikes|$U|books|} {are {in the {shop|store}|there}|does it have|are there now} {now|}?
    $N had $x {coins|$U|cards}, {traded away|lost|sold|gave away} $y and {then |}{bought|found|got|won} $z[ more]. How many {coins |cards |}does $P {own|have} now?
    {the elevator|$N} is on floor $x, goes down $y[ floors] and {then |}up $z[ floors]. {Which|What} floor is {it|$P} on{ now|}?
    {the temperature|it} was $x degrees, fell {by |}$y[ degrees] and {then |}rose {by |}$z[ degrees]. What is {it|the temperature} now?
    """)
    word("two steps: scenes", 7, "x+y-z", "", """
    $N {collects|has|keeps} {coins|stamps|$U}. {$P|He|She} had $x, then {bought|found|got} $y[ more] and {traded away|lost|sold|gave away} $z. How many {coins |stamps |$U |}does $P {own|have} now?
    {the elevator|$N} is on floor $x, goes up $y[ floors] and {then |}down $z[ floors]. {Which|What} floor is {it|$P} on{ now|}?
    {the temperature|it} was $x degrees, rose {by |}$y[ degrees] and {then |}fell {by |}$z[ degrees]. What is {it|the temperature} now?
    $N {baked|made|cooked} $x {cookies|$U} in the morning and $y in the afternoon. {$P sold $z|$z were eaten|The family ate $z}. How many {are|were} left?
    $N has $xm and {$M|$h friend} has $ym. Together they {buy|bought} a {$u|game} for $zm. How much {money |}{is left|do they have left}?
    """)
    word("two steps: scenes", 7, "x-y-z", "", """
    $N had $x {balloons|$U|bubbles|coins}. $y {popped|broke|got lost|fell} and $z {flew away|were stolen|went missing|were given away}. How many {does $P have|are left|$doesnow $P still have}{ now| left|}?
    $N ~have $x $U and ~give $y to $M and $z to $K. How many {does $P {keep|have left}|are left|$doesnow $P keep}?
    {the library|a shop|the school|a farm} has $x $U. $y are {lent out|sold|away} and $z are {broken|lost|old}. How many are {left|there|still there}?
    a {book|job|trip|road} {has|is|of} $x {pages|miles|km}. $N {did|does|reads|read|drove} $y {on Monday|yesterday} and $z {on Tuesday|today}. How many {pages |miles |km |}{are left|remain}?
    {the sum of three numbers|three numbers together} is $x. Two of them are $y and $z. What is the third{ one|}?
    """)
    word("two steps: money for several", 6, "x*y-z", "", """
    $N ~{buy|sell|have} $x {packs|boxes|bags} of {markers|$U|pens} with $y {markers|$U|pens} {each|in each}. $z {were|are} {dried out|broken|missing|bad|lost|used|rotten}. How many good {ones|markers|$U|pens} are {there|left}?
    $N {earned|earns|made} $ym {an hour|a day|each day} for $x {hours|days} and {spent|spends|paid} $zm{ on {food|a $u|lunch}|}. How much {is left|does $P have left|money is left}?
    """)
    word("two steps: change", 6, "z-x*y", "money", """
    $N ~buy $x $U {for|at} $ym each and ~pay with {a |}$zm{ bill|}. How much {change|money} does $P get back?
    $N ~have $zm. $P ~buy $x $U {for|at} $ym each. How much {money |}{is left|does $P have left|$doesnow $P have now}?
    $N ~have $zm and ~buy $x $U {for|that cost|at} $ym each. How much {money |}{is left|does $P have left|is the change}?
    """)
    word("two steps: left from groups", 3, "z-x*y", "", """
    $N ~have $z $U. $P ~give $y {each to|to each of} $x {friends|children|kids}. How many {are left|$doesnow $P have left}?
    $N ~have $z $U and ~put $y in each of $x $C. How many {are left|are left over|$doesnow $P have left}?
    $z {liters|apples|$U} {minus|less} $x times $y. How many {are left|is that}?
    """)
    word("three times and pairs", 4, "x*2", "", """
    $N ~have $x pairs of {socks|shoes|gloves|earrings}. How many {single |}{socks|shoes|gloves|earrings} {is that|$doesnow $P have|are there}?
    how many {socks|shoes|gloves|earrings} are in $x pairs?
    {$M has twice as many $U as $K. $K has $x.|$K has $x $U. $M has twice as many.} How many {$U |}does $M have?
    {$M is twice as old as $K. $K is $x.|$K is $x. $M is twice as old.} How old is $M?
    $N ~{walk|drive|ride|run} $x {km|miles|meters|blocks} to {school|work|the lake|town} and back {again|the same way|home}. How far is that{ in total| altogether|}?
    {both|two} {boxes|kids|bags|friends|tickets} {have|hold|carry|cost} $x {$U|dollars} each. {How many|How much} is that{ together| in total|}?
    two {children|friends|workers|machines} {each |}{make|carry|have|sell} $x $U{ each|}. How many {$U |}is that{ together| in total| altogether|}?
    """)


CALENDAR = """
7|how many days {are there |are |}in $x weeks?
7|$N ~{eat|drink|read|run|walk|make|sell|use} $x {$U|cups|pages|miles} {a|every|each|per} day. How many {$U |}{is that|in total|does $P have} {in a week|in one week|per week|after a week|a week}?
7|a {hen|machine|worker|cow} {makes|gives|lays} $x {eggs|liters|$U} {a|every|each|per} day. How many {is that |does it make |}in {a|one} week?
12|{if I|$N} {save|saves|earn|earns|pay|pays|spend|spends} $x {dollars|euros} {a|every|each|per} month{.|,} {how|How} much {is that|will I have|is it} {after|in} {a|one} year?
12|$N {reads|buys|makes|sells} $x $U {a|every|each|per} month. How many {$U |}is that {in a year|per year|in one year|after a year}?
24|how many hours {are there |are |}in $x days?
60|how many minutes {are there |are |}in $x hours?
60|$x hours are how many minutes?
7|$x weeks are how many days?
60|a {movie|trip|class} {takes|lasts} $x hours. How many minutes is that?
30|how many days are in $x months{ of 30 days|}?
4|how many quarters are in $x dollars?
10|how many {dimes are in $x dollars|millimeters are in $x centimeters|years are in $x decades}?
3|how many feet are in $x yards?
12|how many {inches are in $x feet|eggs are in $x dozen eggs}?
2|how many {wings do $x birds have|shoes do $x people wear|wheels do $x bikes have|arms do $x people have}?
5|how many {fingers do $x hands have|toes are on $x feet|points do $x five-pointed stars have}?
4|how many {sides|corners} do $x {squares|rectangles} have{ in total| together|}?
3|how many {sides|corners} do $x triangles have{ in total| together|}?
4|there are $x {dogs|cats|cows|horses|tables|chairs|cars}. How many {legs|legs or wheels|legs is that} {are there|do they have|in total|altogether}?
2|there are $x {chickens|ducks|people|children}. How many {legs|feet} {are there|do they have|in total|altogether}?
8|each spider has 8 legs. How many legs do $x spiders have?
4|each {dog|cat|chair} has 4 legs. How many legs do $x {of them|dogs|cats|chairs} have?
4|how many legs do $x {dogs|cats|chairs} have if each has 4 legs?
8|{a|one} {spider|octopus} has 8 {legs|arms}. How many {legs|arms} do $x {of them|spiders} have?
6|{a|one} {bee|ant|bug} has 6 legs. How many legs do $x {of them|bees|ants} have?
"""

# total|question: the rest of a fixed total.
REST = """
24|{a cat|my dog|$N|a baby|a bear|a lion} sleeps $x hours {a|per|every|each} day. How many hours {is {it|he|she} awake|are left|a day is that not asleep}?
24|{the|a} {shop|store|museum|library|pool} is open $x hours {a|per|every|each} day. How many hours is it closed?
24|$N ~sleep $x hours. How many hours of the day {are left|remain}?
60|$x minutes of an hour {have passed|are over|are gone}. How many minutes {are left|remain}?
60|$N ~work $x minutes of an hour. How many minutes of the hour {are left|remain}?
12|$x months of the year {have passed|are over|are gone}. How many months {are left|remain}?
7|$N ~work $x days {a|per|each|every} week. How many days {is $P free|off $doesnow $P have|are free}?
7|it rained on $x days of the week. {On how|How} many days {was it dry|did it not rain}?
100|{a|the|my} {phone|battery} has used $x percent. How many percent are left?
100|$x percent of {the $U|the people|us|the students} are {red|big|here|girls}. What percent are not?
52|$x weeks of the year {have passed|are over}. How many weeks {are left|remain}?
"""

# Sentences without numbers that people put between the facts.
FILLER = ["It was a sunny day.", "{P} is very happy.", "They are on sale.", "{P} loves them.", "It is a nice day.", "They look great.",
          "That took a while.", "Everyone was glad.", "It is {p} favorite.", "They live nearby.", "It rained all day.", "The sun was shining."]
