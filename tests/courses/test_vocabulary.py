"""The services that an employer's file tells, as employers write them."""

import pytest

from tbblearn.courses.vocabulary import Service, services_told_by

TOLD = {
    "förskola Förskola 3": {Service.PRESCHOOL},
    "Förskolan Solrosen": {Service.PRESCHOOL},
    "grundskola Grundskola 1": {Service.SCHOOL},
    "Gymnasieskola": {Service.SCHOOL},
    "elevhälsa Elevhälsoteam 1": {Service.SCHOOL},
    "Förskola och skola": {Service.PRESCHOOL, Service.SCHOOL},
    "individ- och familjeomsorg Socialkontor 2": {Service.SOCIAL},
    "IFO barn och unga": {Service.SOCIAL},
    "primärvård Vårdcentral 4": {Service.PRIMARY},
    "BHV-mottagning": {Service.PRIMARY},
    "Barn- och ungdomspsykiatri": {Service.SPECIALIST},
    "BUP-mottagning 1": {Service.SPECIALIST},
    "HABILITERING": {Service.SPECIALIST},
    "Ambulansstation 2": {Service.AMBULANCE},
    "slutenvård Avdelning 12": set(),
    "hemtjänst": set(),
    "": set(),
}


@pytest.mark.parametrize("words", TOLD)
def test_the_words_of_a_unit_tell_its_services(words: str) -> None:
    assert services_told_by(words) == TOLD[words]
