"""Pools that invented people and places are drawn from; none belongs to anybody real."""

from __future__ import annotations

_FIRST = (
    "Adam Aisha Alan Alice Amelia Amir Andrew Angela Anna Anthony Arjun Ava Ben Beth Bilal "
    "Bridget Callum Cara Carl Catherine Charlotte Chloe Clare Connor Craig Daisy Daniel David "
    "Deborah Dev Diane Dylan Edward Eleanor Elif Ella Emily Emma Erin Ethan Eva Evie Farah "
    "Fatima Finlay Fiona Frank Freya Gareth Gemma George Grace Graham Hannah Harriet Harry "
    "Hassan Heather Helen Henry Holly Hugh Imogen Imran Isaac Isla Ivy Jack Jacob Jade James "
    "Jasmine Jenny Joan Joe Jordan Joseph Josh Julia Karen Kate Keith Kevin Kieran Lara Laura "
    "Layla Leah Leo Lewis Liam Lily Louise Lucy Luke Lydia Maisie Marcus Margaret Maria Mark "
    "Martha Matthew Maya Megan Mia Mohammed Molly Nadia Naomi Natalie Neil Niamh Nina Noah "
    "Nora Oliver Olivia Omar Oscar Owen Patricia Paul Peter Philip Phoebe Poppy Priya Quentin "
    "Rachel Raj Rebecca Rhys Robert Rory Rosa Rose Ruby Ruth Ryan Sadie Sam Samira Sarah Sean "
    "Simon Siân Sofia Sophie Stella Stephen Stuart Susan Tara Tariq Tessa Thomas Tim Tom "
    "Tomasz Tony Una Victoria Wendy Will Yasmin Yusuf Zara Zoë"
)
_LAST = (
    "Abbott Ackroyd Adeyemi Ahmed Allen Anderson Armitage Ashworth Atkinson Bailey Baker "
    "Banerjee Barker Barnes Bates Begum Bell Bennett Birch Blackwood Booth Bradley Brook "
    "Brown Burgess Burton Byrne Campbell Carr Carter Chadwick Chapman Chen Clarke Cole "
    "Collins Cooper Crawford Dalton Das Davies Dawson Dixon Doyle Driscoll Duffy Dunn Edwards "
    "Ellis Evans Farrell Fenwick Fielding Fisher Fletcher Flynn Foster Fox Frost Gallagher "
    "Garside Gibson Goddard Gray Green Greenwood Griffiths Gupta Hale Hall Hamilton Hardy "
    "Harper Harris Hart Hassan Hayes Heath Hewitt Hill Holden Holmes Hooper Hope Howarth "
    "Hughes Hunt Hussain Iqbal Jackson James Jenkins Johnson Jones Joshi Kaur Kavanagh Keane "
    "Kelly Kennedy Khan Kirby Knight Kowalski Lamb Lane Larkin Law Lee Lewis Lloyd Lowe Lynch "
    "Mahmood Malik Marsh Marshall Mason Mercer Miller Mills Moore Morgan Morris Murphy Nash "
    "Newton Nolan Norris Nowak Oakley O'Brien Okafor Okoro O'Neill Owen Palmer Parker Patel "
    "Pearce Perry Phillips Poole Porter Powell Pratt Preston Price Quinn Ramsden Redfern Reed "
    "Reid Rhodes Richards Riley Roberts Robinson Rogers Rose Rowe Russell Ryan Sanders "
    "Saunders Scott Shah Sharma Shaw Shepherd Silva Simpson Singh Slater Smith Spencer "
    "Stanton Stephens Stone Sutton Swift Taylor Thomas Thornton Todd Tucker Turner Underwood "
    "Vaughan Wade Walker Wallace Walsh Ward Warner Watson Webb West Whitaker White Wilkinson "
    "Williams Wilson Wood Wright Yates Young Zhang"
)
FIRST = tuple(_FIRST.split())
LAST = tuple(_LAST.split())
DOMAINS = ("example.com", "example.org", "example.net")
REGIONS = ("North", "Midlands", "London", "South East", "South West", "Wales")
PERSONAS = ("First-time buyer", "Growing family", "Downsizer", "Landlord")
